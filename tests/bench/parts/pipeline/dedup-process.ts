import { freePort } from "../../../../infra/runtime/testing/free-port.ts";
import { startStage } from "../../../support/stage-process.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";

export interface DedupProcess {
  readonly pid: number;
  /** Partitions that it has, restored and ready. */
  partitions(): Promise<number>;
  /** Transactions it has committed since its start. */
  commits(): Promise<number>;
  /** Readings it has committed since its start. @throws Error when some went to the dead letter. */
  readings(): Promise<number>;
  kill(): Promise<void>;
}

/**
 * @param perStation - also the topics of the stations.
 * @param network - a file of the network; left out: Chicago's.
 */
export async function startDedup(
  { brokers, registryUrl }: BenchCluster,
  prefix: string,
  perStation: boolean,
  network?: string,
): Promise<DedupProcess> {
  const port = await freePort();
  const stage = await startStage(
    "central",
    {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC_PREFIX: prefix,
      DEDUP_STATION_TOPICS: perStation ? "1" : "0",
      PROBE_PORT: String(port),
      LOG_LEVEL: "info",
      ...(network === undefined ? {} : { NETWORK_FILE: network }),
    },
    '"ready"',
    ["dedup"],
  );
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  const probe = async (): Promise<Probe> =>
    ((await (await ask("/readyz")).json()) as { readonly dedup: Probe }).dedup;
  return {
    pid: stage.pid,
    async readings() {
      const { readings, deadLetters } = await probe();
      if (deadLetters > 0) throw new Error(`dedup wrote ${deadLetters} dead letters`);
      return readings;
    },
    partitions: async () => (await probe()).partitions.length,
    async commits() {
      const metrics = await (await ask("/metrics")).text();
      return Number(/^dedup_transaction_readings_count(?:{.*})? (\d+)$/m.exec(metrics)?.[1] ?? 0);
    },
    kill: () => stage.kill(),
  };
}

/** Dedup's part of `/readyz`: sums since the start, committed. */
interface Probe {
  readonly partitions: readonly number[];
  readonly readings: number;
  readonly deadLetters: number;
}
