import type { PartReport } from "./supervise/supervisor.ts";

/** One of several processes of a part, as the part itself tells it. */
export interface InstanceStatus {
  readonly instance: number;
  readonly state: string;
  readonly pid: number | null;
  readonly restarts: number;
  /** Where its own metrics are; null: nowhere now. */
  readonly probe: string | null;
}

const WITHIN_MS = 1_000;

/** The parts that run as several processes, by name, asked at their probes. */
export async function readInstances(
  parts: readonly PartReport[],
): Promise<ReadonlyMap<string, readonly InstanceStatus[]>> {
  const asked = parts.map(async ({ name, probe }) => [name, probe ? await ask(probe) : []] as const);
  return new Map((await Promise.all(asked)).filter(([, instances]) => instances.length > 0));
}

async function ask(probe: string): Promise<readonly InstanceStatus[]> {
  try {
    const response = await fetch(probe, { signal: AbortSignal.timeout(WITHIN_MS) });
    const { instances } = (await response.json()) as { instances?: readonly InstanceStatus[] };
    return Array.isArray(instances) ? instances : [];
  } catch {
    // It is down, or answers something else than JSON.
    return [];
  }
}
