import type { PortWish } from "./ports.ts";
import { KAFKA, SERVERS, type Server, seedPort } from "./servers.ts";

/**
 * The ports a system asks for: those of the seeds, unless the user or a test wants others.
 *
 * @param brokers - of the built-in Kafka: the first has Kafka's port, the others those behind it.
 * @param probed - parts that get one more port, for their probe.
 * @throws nothing; a port variable that is no number is left to the part itself to refuse.
 */
export function portWishes(
  options: { readonly freePorts: boolean; readonly port?: number },
  brokers: readonly string[],
  probed: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): readonly PortWish[] {
  const servers = SERVERS.map((server): PortWish => {
    const named = namedPort(server, options.port, env);
    const where = { name: server.part, ...hostOf(server, env) };
    if (named !== undefined) return { ...where, preferred: named, exactly: true };
    return { ...where, preferred: options.freePorts ? null : seedPort(server) };
  });
  const others = brokers.slice(1).map((name, n): PortWish => {
    return { name, preferred: options.freePorts ? null : seedPort(KAFKA) + n + 1 };
  });
  const inner = [...brokers.map(controllerOf), workerOf("connect"), ...FLINK_INNER, ...probed.map(probeOf)];
  return [...servers, ...others, ...inner.map((name): PortWish => ({ name, preferred: null }))];
}

/** Of Flink's processes that only its other processes speak to. */
export const FLINK_INNER = ["flink-zookeeper", "flink-jobmanager"] as const;

/** The wish for the port of a server behind a proxy, which has the port that everybody knows. */
export function workerOf(part: string): string {
  return `${part} worker`;
}

/** The wish for the port by which a broker takes part in the quorum. */
export function controllerOf(broker: string): string {
  return `${broker} controller`;
}

/** The wish for the port of a part's probe. */
export function probeOf(part: string): string {
  return `${part} probe`;
}

/** Where it will listen: all addresses of the machine, for example, where the user said so. */
function hostOf(
  { portVariable }: Server,
  env: Readonly<Record<string, string | undefined>>,
): { host?: string } {
  const host = portVariable ? env[portVariable.replace(/_PORT$/, "_HOST")] : undefined;
  return host ? { host } : {};
}

function namedPort(
  { part, portVariable }: Server,
  page: number | undefined,
  env: Readonly<Record<string, string | undefined>>,
): number | undefined {
  if (part === "dashboard" && page !== undefined) return page;
  const text = portVariable ? env[portVariable] : undefined;
  const port = Number(text);
  return text && Number.isInteger(port) && port > 0 ? port : undefined;
}
