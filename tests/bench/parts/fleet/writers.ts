import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { startTelemetry } from "../../../../central/telemetry/telemetry.ts";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import { subscriber } from "../../../../infra/runtime/kafka/subscription.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../../../infra/runtime/registry/client.ts";
import type { Endpoints } from "../../../../infra/runtime/service/endpoints.ts";
import { createMetrics } from "../../../../infra/runtime/service/metrics.ts";
import type { FleetRecord } from "../../../../schemas/fleet.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import { eventAt } from "./events.ts";

const POLL_MS = 20;
const RECEIVED = "2026-01-01T12:00:00.000Z";

const recordAt = (index: number): FleetRecord => ({ ...eventAt(index, 1), received: RECEIVED });

/** Fill the telemetry topic of a prefix of its own with so many events. */
export async function fillTopic(addresses: Endpoints, prefix: string, rows: number): Promise<void> {
  const topic = topicNames(prefix).fleet;
  const kafka = kafkaOf(addresses);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions: 2 }]);
  await admin.close();
  const producer = await kafka.producer();
  for (let from = 0; from < rows; from += 2_000) {
    const some = Array.from({ length: Math.min(2_000, rows - from) }, (_, n) => recordAt(from + n));
    await producer.send(
      some.map((record) => ({
        topic,
        key: Buffer.from(record.vehicle_id),
        value: Buffer.from(JSON.stringify(record)),
      })),
    );
  }
  await producer.close();
}

/** The telemetry writer over a filled topic, from its first committed rows to its last. @returns rows per second */
export async function writerRate(addresses: Endpoints, prefix: string, rows: number): Promise<number> {
  await query(addresses, "TRUNCATE av_telemetry.diag, av_telemetry.positions");
  const cluster = clusterOf(addresses);
  const running = await startTelemetry({
    kafka: createKafka(cluster),
    subscribe: subscriber(cluster),
    registry: createRegistryClient({
      url: addresses.SCHEMA_REGISTRY_URL,
      logger: silentLogger,
      clock: systemClock,
    }),
    postgres: { connectionString: addresses.POSTGRES_URL },
    prefix,
    logger: silentLogger,
    metrics: createMetrics("bench"),
  });
  const inserted = (): number => Number(running.probe?.().detail?.["inserted"]);
  let first: { readonly at: number; readonly rows: number } | undefined;
  try {
    for (;;) {
      const now = inserted();
      if (!first && now > 0) first = { at: performance.now(), rows: now };
      if (first && now >= rows) return perSecond(now - first.rows, first.at);
      await sleep(POLL_MS);
    }
  } finally {
    await running.stop();
  }
}

/**
 * The style that this project replaces: each row alone, by a connection of its own, its values written into the SQL
 * text. Without Kafka, which only flatters it.
 *
 * @returns rows per second
 */
export async function connectionPerRowRate(addresses: Endpoints, rows: number): Promise<number> {
  await query(addresses, "TRUNCATE av_telemetry.diag");
  const began = performance.now();
  for (let n = 0; n < rows; n++) {
    const row = recordAt(n);
    await query(
      addresses,
      `INSERT INTO av_telemetry.diag VALUES ('${row.vehicle_id}', ${row.boot}, ${row.sequence}, '${row.time}', ${row.lat},
       ${row.lon}, ${row.speed}, ${row.heading}, ${row.battery}, '${JSON.stringify(row.metadata)}', '${row.received}')`,
    );
  }
  return perSecond(rows, began);
}

/** The same rows from a file by `psql`'s `\copy`: nothing that inserts rows one way or another is faster. */
export async function copyRate(addresses: Endpoints, rows: number): Promise<number> {
  await query(addresses, "TRUNCATE av_telemetry.diag");
  const lines = Array.from({ length: rows }, (_, n) => {
    const { metadata, ...row } = recordAt(n);
    const { received, ...before } = row;
    return [...Object.values(before), JSON.stringify(metadata), received].join("\t");
  });
  const psql = spawn(
    "psql",
    [addresses.POSTGRES_URL, "-qX", "-v", "ON_ERROR_STOP=1", "-c", "\\copy av_telemetry.diag FROM STDIN"],
    { stdio: ["pipe", "inherit", "inherit"] },
  );
  psql.stdin.write(`${lines[0]}\n`);
  const began = performance.now();
  psql.stdin.end(`${lines.slice(1).join("\n")}\n`);
  const [code] = await once(psql, "exit");
  const rate = perSecond(rows, began);
  if (code !== 0) throw new Error(`psql ended with ${code}`);
  return rate;
}

function clusterOf({ KAFKA_BROKERS }: Endpoints) {
  return { brokers: KAFKA_BROKERS.split(","), clientId: "bench", logger: silentLogger, clock: systemClock };
}

function kafkaOf(addresses: Endpoints) {
  return createKafka(clusterOf(addresses));
}

async function query(addresses: Endpoints, sql: string): Promise<void> {
  const client = new Client({ connectionString: addresses.POSTGRES_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function perSecond(rows: number, since: number): number {
  return rows / ((performance.now() - since) / 1_000);
}
