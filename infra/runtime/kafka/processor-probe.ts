import type { ProbeAnswer } from "../http/probes.ts";
import type { Processor } from "./ports.ts";

/**
 * A processor's answer to readiness. An instance without partitions is ready: it stands by for those that have them. One
 * that cannot write a partition is not, and says why.
 */
export function processorProbe(
  { partitions, troubles }: Pick<Processor, "partitions" | "troubles">,
  detail: Readonly<Record<string, unknown>>,
): ProbeAnswer {
  const standing = troubles.length > 0 ? { standing: troubles } : {};
  return { ready: troubles.length === 0, detail: { partitions, ...standing, ...detail } };
}
