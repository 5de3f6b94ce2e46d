import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import type { KafkaAdmin, LogReader } from "../../infra/runtime/kafka/ports.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { type KafkaProxy, startKafkaProxy } from "../support/kafka-proxy.ts";
import { kafkaAt } from "./topic-contents.ts";

/*
 * A broker that was killed answers fetches with the high-water mark of its last checkpoint, for as long as it has not taken
 * its leaderships up, which took seconds on a busy machine. It refuses ListOffsets until then (KIP-207). The auditor took
 * the raw topic for another one by that, and called what it read again doubled (`npm run chaos`, seed 1439).
 */
const broker = inject("kafka");
const topic = `led-anew-${randomUUID().slice(0, 8)}`;
const RECORDS = 10;
const CHECKPOINTED = 4;
let proxy: KafkaProxy;
let admin: KafkaAdmin;
let reader: LogReader;

beforeAll(async () => {
  proxy = await startKafkaProxy(broker);
  admin = await kafkaAt(broker).admin();
  await admin.ensureTopics([{ topic, partitions: 1 }]);
  const producer = await kafkaAt(broker).producer();
  const value = Buffer.from("x");
  await producer.send(Array.from({ length: RECORDS }, () => ({ topic, partition: 0, key: null, value })));
  await producer.close();
  reader = kafkaAt(proxy.address).logReader({});
});
afterEach(() => {
  for (const api of ["Fetch", "ListOffsets"] as const) proxy.alter(api, null);
});
afterAll(async () => {
  await reader.stop();
  await admin.deleteTopics([topic]);
  await admin.close();
  proxy.close();
});

/** Behind size, correlation id, tags, throttle time, error, session, one topic's id and one partition's number and error. */
const MARK_AT = 4 + 4 + 1 + 4 + 2 + 4 + 1 + 16 + 1 + 4 + 2;
/** Behind size, correlation id, throttle time, the topic's name and the partition's number, each in a list of one. */
const ERROR_AT = 4 + 4 + 4 + 4 + (2 + topic.length) + 4 + 4;
const LEADER_NOT_AVAILABLE = 5;

const markIs = (mark: number) =>
  proxy.alter("Fetch", (reply) => {
    reply.writeBigInt64BE(BigInt(mark), MARK_AT);
    return reply;
  });
const endIsUnknown = () =>
  proxy.alter("ListOffsets", (reply) => {
    reply.writeInt16BE(LEADER_NOT_AVAILABLE, ERROR_AT);
    return reply;
  });
const ends = async (from: number) =>
  (await reader.look([{ topic, partition: 0, from }])).map(({ end }) => end);
const settled = () => eventually(async () => expect(await ends(0)).toEqual([RECORDS]));

test("a leader that was elected just now is no answer until it knows its high-water mark", async () => {
  await settled();
  // A broker that starts again: connections are new.
  await reader.stop();
  endIsUnknown();
  markIs(CHECKPOINTED);
  for (const from of [RECORDS, 1]) expect(await ends(from)).toEqual([]);
  for (const api of ["Fetch", "ListOffsets"] as const) proxy.alter(api, null);
  expect(await ends(RECORDS)).toEqual([RECORDS]);
});

test("nor is one that was asked before, and whose mark lies before what was read", async () => {
  await settled();
  markIs(CHECKPOINTED);
  expect(await ends(RECORDS)).toEqual([]);
});
