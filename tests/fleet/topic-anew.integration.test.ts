import { randomUUID } from "node:crypto";
import { Kafka as KafkaJs, logLevel } from "kafkajs";
import { Client } from "pg";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { startTelemetry } from "../../central/telemetry/telemetry.ts";
import { readFleetStatus, verdictOf } from "../../firmware-sim/vehicles/status.ts";
import { migrate } from "../../infra/operator/postgres/migrate.ts";
import { migrations } from "../../infra/operator/postgres/migrations.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { subscriber } from "../../infra/runtime/kafka/subscription.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { topicNames } from "../../schemas/topics.ts";
import { startServers, type TestServers } from "../support/servers.ts";

/*
 * A position is one in a topic, not in a name: `fleet.telemetry` is deleted and made again, and grows past the old
 * position before the writer looks.
 */
let servers: TestServers;
let admin: KafkaAdmin;
const open: (() => Promise<unknown>)[] = [];

const cluster = () => ({
  brokers: [inject("kafka")],
  clientId: "topic-anew",
  logger: silentLogger,
  clock: systemClock,
});

beforeAll(async () => {
  servers = await startServers(["postgres"]);
  admin = await createKafka(cluster()).admin();
});
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});
afterAll(async () => {
  await admin?.close();
  await servers?.stop();
});

/** What retention does to a partition's oldest records. */
async function deleteBefore(topic: string, offset: number): Promise<void> {
  const client = new KafkaJs({ brokers: [inject("kafka")], logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  // Makes the topic known to this client.
  await client.fetchTopicOffsets(topic);
  await client.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await client.disconnect();
}

/** A database and a topic of its own, and a writer between them. */
async function fleet() {
  const name = `anew_${randomUUID().replaceAll("-", "")}`;
  const url = new URL(servers.addresses.POSTGRES_URL);
  url.pathname = `/${name}`;
  const access = { connectionString: url.href };
  await migrate(access, migrations());
  const client = new Client(access);
  await client.connect();
  open.push(() => client.end());
  const prefix = `${name}.`;
  const topic = topicNames(prefix).fleet;
  const kafka = createKafka(cluster());
  let sequence = 0;
  return {
    client,
    topic,
    async writer() {
      const role = await startTelemetry({
        kafka,
        subscribe: subscriber(cluster()),
        registry: memoryRegistry(),
        postgres: access,
        prefix,
        logger: silentLogger,
        metrics: new Registry(),
      });
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => (stopped ??= role.stop());
      open.push(stop);
      return { stop };
    },
    async send(events: number): Promise<void> {
      const producer = await kafka.producer();
      await producer.send(
        Array.from({ length: events }, () => ({
          topic,
          partition: 0,
          key: Buffer.from("V-1"),
          value: Buffer.from(
            JSON.stringify({
              vehicle_id: "V-1",
              boot: 1,
              sequence: ++sequence,
              time: "2026-01-01T12:00:00Z",
              lat: 41.88,
              lon: -87.63,
              speed: 30,
              heading: 90,
              battery: 80,
              metadata: {},
              received: "2026-01-01T12:00:00.000Z",
            }),
          ),
        })),
      );
      await producer.close();
    },
    async madeAnew(): Promise<void> {
      await admin.deleteTopics([topic]);
      await eventually(async () => expect(await admin.listTopics()).not.toContain(topic));
      await eventually(() => admin.ensureTopics([{ topic, partitions: 2 }]));
    },
    async rows(expected: number): Promise<void> {
      await eventually(async () => {
        const { rows } = await client.query("SELECT count(*)::int AS n FROM av_telemetry.diag");
        expect(rows).toEqual([{ n: expected }]);
      });
    },
    async verdict(inKafka: number): Promise<string> {
      const nothing = async () => undefined;
      const status = await readFleetStatus({ url: "http://127.0.0.1:1", postgres: access }, nothing);
      return verdictOf({ ...status, inKafka });
    },
  };
}

test("a topic made anew that has grown past the old position is read from its start", async () => {
  const { writer, send, madeAnew, rows, verdict } = await fleet();
  const first = await writer();
  await send(100);
  await rows(100);
  await first.stop();
  await madeAnew();
  await send(250);
  await writer();
  await rows(350);
  expect(await verdict(250)).toBe("holds");
});

test("the same while the writer runs", async () => {
  const { writer, send, madeAnew, rows, verdict } = await fleet();
  await writer();
  await send(100);
  await rows(100);
  await madeAnew();
  await send(250);
  await rows(350);
  expect(await verdict(250)).toBe("holds");
});

test("records that were deleted before the writer came are no silent gap", async () => {
  const { client, topic, writer, send, rows, verdict } = await fleet();
  const first = await writer();
  await send(10);
  await rows(10);
  await first.stop();
  await send(20);
  await deleteBefore(topic, 25);
  await writer();
  await rows(15);
  expect(await verdict(30)).toMatch(/^INCOMPLETE: 15 offsets/);
  expect((await client.query("SELECT sum(skipped)::int AS n FROM av_telemetry.positions")).rows).toEqual([
    { n: 15 },
  ]);
});

test("a position from before topics had ids goes on where it was", async () => {
  const { client, writer, send, rows, verdict } = await fleet();
  const first = await writer();
  await send(10);
  await rows(10);
  await first.stop();
  await client.query("UPDATE av_telemetry.positions SET topic_id = ''");
  await send(10);
  await writer();
  await rows(20);
  const { rows: positions } = await client.query(
    "SELECT next_offset::int AS next, topic_id <> '' AS known FROM av_telemetry.positions WHERE next_offset > 0",
  );
  expect(positions).toEqual([{ next: 20, known: true }]);
  expect(await verdict(20)).toBe("holds");
});
