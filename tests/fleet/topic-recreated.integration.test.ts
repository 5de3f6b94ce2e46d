import { Kafka as KafkaJs, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { FleetSystem } from "./fleet-system.ts";

/*
 * A position is one in a topic, not in a name: `fleet.telemetry` is deleted and made again, and grows past the old
 * position before the writer looks. The auditor's rows follow the same rule.
 */
let servers: TestServers;
let admin: KafkaAdmin;
let system: FleetSystem | undefined;

beforeAll(async () => {
  servers = await startServers(["postgres"]);
  const brokers = [inject("kafka")];
  admin = await createKafka({
    brokers,
    clientId: "topic-recreated",
    logger: silentLogger,
    clock: systemClock,
  }).admin();
});
afterEach(() => system?.close());
afterAll(async () => {
  await admin?.close();
  await servers?.stop();
});

async function begun(): Promise<FleetSystem> {
  system = await FleetSystem.begin(servers.addresses.POSTGRES_URL, inject("kafka"));
  return system;
}

/** What retention does to a partition's oldest records. */
async function deleteBefore(topic: string, offset: number): Promise<void> {
  const client = new KafkaJs({ brokers: [inject("kafka")], logLevel: logLevel.NOTHING }).admin();
  await client.connect();
  // Makes the topic known to this client.
  await client.fetchTopicOffsets(topic);
  await client.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
  await client.disconnect();
}

test("a topic made again that has grown past the old position is read from its start", async () => {
  const fleet = await begun();
  const first = await fleet.writer();
  await fleet.send(100);
  await fleet.rows(100);
  await first.stop();
  await fleet.madeAnew(admin);
  await fleet.send(250);
  await fleet.writer();
  await fleet.rows(350);
  expect(await fleet.verdict(250)).toBe("holds");
});

test("the same while the writer runs", async () => {
  const fleet = await begun();
  await fleet.writer();
  await fleet.send(100);
  await fleet.rows(100);
  await fleet.madeAnew(admin);
  await fleet.send(250);
  await fleet.rows(350);
  expect(await fleet.verdict(250)).toBe("holds");
});

test("records that were deleted before the writer came are no silent gap", async () => {
  const fleet = await begun();
  const first = await fleet.writer();
  await fleet.send(10);
  await fleet.rows(10);
  await first.stop();
  await fleet.send(20);
  await deleteBefore(fleet.topic, 25);
  await fleet.writer();
  await fleet.rows(15);
  expect(await fleet.verdict(30)).toMatch(/^INCOMPLETE: 15 offsets/);
  expect(
    (await fleet.client.query("SELECT sum(skipped)::int AS n FROM av_telemetry.positions")).rows,
  ).toEqual([{ n: 15 }]);
});

test("a position from before topics had ids goes on where it was", async () => {
  const fleet = await begun();
  const first = await fleet.writer();
  await fleet.send(10);
  await fleet.rows(10);
  await first.stop();
  await fleet.client.query("UPDATE av_telemetry.positions SET topic_id = ''");
  await fleet.send(10);
  await fleet.writer();
  await fleet.rows(20);
  const { rows: positions } = await fleet.client.query(
    "SELECT next_offset::int AS next, topic_id <> '' AS known FROM av_telemetry.positions WHERE next_offset > 0",
  );
  expect(positions).toEqual([{ next: 20, known: true }]);
  expect(await fleet.verdict(20)).toBe("holds");
});
