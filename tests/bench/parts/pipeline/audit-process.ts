import { setTimeout as sleep } from "node:timers/promises";
import { readAudit } from "../../../../central/audit/command/topic.ts";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import { startStage } from "../../../support/stage-process.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";

/** The auditor writes its verdict once a second. */
const LOOK_MS = 1_000;

export interface AuditProcess {
  readonly pid: number;
  /** Resolves when it has seen this many clean records. @throws Error when it has found anything. */
  reached(readings: number): Promise<void>;
  kill(): Promise<void>;
}

/** @param network - a file of the network; left out: Chicago's. */
export async function startAudit(
  { brokers, registryUrl, kafka }: BenchCluster,
  prefix: string,
  network?: string,
): Promise<AuditProcess> {
  const stage = await startStage(
    "central",
    {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC_PREFIX: prefix,
      DEDUP_STATION_TOPICS: "0",
      LOG_LEVEL: "info",
      ...(network === undefined ? {} : { NETWORK_FILE: network }),
    },
    '"ready"',
    ["audit"],
  );
  const reader = kafka.logReader({ headers: [] });
  return {
    pid: stage.pid,
    async reached(readings) {
      for (;;) {
        const { verdict, findings } = await readAudit(kafka, reader, topicNames(prefix).audit, systemClock);
        if (findings.length > 0) throw new Error(`the auditor found ${JSON.stringify(findings[0])}`);
        if (verdict && verdict.turnstiles.clean + verdict.arrivals.clean >= readings) return;
        await sleep(LOOK_MS);
      }
    },
    async kill() {
      await reader.stop();
      await stage.kill();
    },
  };
}
