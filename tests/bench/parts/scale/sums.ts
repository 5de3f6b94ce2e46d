import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../../../infra/runtime/registry/codec.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import type { BenchCluster } from "../mqtt-load/cluster.ts";
import { ksqlRow, startCounting, startKsqlProgram } from "../transform/ours.ts";

const POLL_MS = 25;

/** The ksql server with the project's own statements. */
export interface Sums {
  readonly pid: number;
  /** Resolves when the sums of all stations come to so many. @throws Error when they come to more. */
  reached(entries: number): Promise<void>;
  kill(): Promise<void>;
}

export async function startSums(
  { brokers, registryUrl, kafka }: BenchCluster,
  prefix: string,
): Promise<Sums> {
  const folder = mkdtempSync(join(tmpdir(), "elevated-scale-ksql-"));
  const addresses = { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl };
  const program = await startKsqlProgram(addresses, prefix.replace(".", ""), folder);
  const { turnstiles, turnstileSummary } = topicNames(prefix);
  await startCounting(program.url, turnstiles, turnstileSummary);
  const registry = createRegistryClient({ url: registryUrl, logger: silentLogger, clock: systemClock });
  const decoder = avroDecoder(registry);
  const counts = new Map<string, number>();
  let total = 0;
  const tail = await kafka.tail({
    topics: [turnstileSummary],
    from: "beginning",
    async onRecords(records) {
      for (const record of records) {
        const row = await ksqlRow(decoder, record);
        if (!row) continue;
        const count = row.progress;
        total += count - (counts.get(row.key) ?? 0);
        counts.set(row.key, count);
      }
    },
  });
  return {
    pid: program.pid,
    async reached(entries) {
      while (total < entries) await sleep(POLL_MS);
      if (total > entries) throw new Error(`${entries} entries were published, the sums come to ${total}`);
    },
    async kill() {
      await tail.stop();
      await program.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
