import { freePort } from "../../../../infra/runtime/testing/free-port.ts";
import { startStage } from "../../../support/stage-process.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";

export interface DedupProcess {
  readonly pid: number;
  /** Readings it has committed since its start. @throws Error when some went to the dead letter. */
  readings(): Promise<number>;
  kill(): Promise<void>;
}

/** @param perStation - also the 184 topics of the stations. */
export async function startDedup(
  { brokers, registryUrl }: BenchCluster,
  prefix: string,
  perStation: boolean,
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
    },
    '"ready"',
    ["dedup"],
  );
  return {
    pid: stage.pid,
    async readings() {
      const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
      const { dedup } = (await answer.json()) as { readonly dedup: Totals };
      if (dedup.deadLetters > 0) throw new Error(`dedup wrote ${dedup.deadLetters} dead letters`);
      return dedup.readings;
    },
    kill: () => stage.kill(),
  };
}

/** Dedup's part of `/readyz`: sums since the start, committed. */
interface Totals {
  readonly readings: number;
  readonly deadLetters: number;
}
