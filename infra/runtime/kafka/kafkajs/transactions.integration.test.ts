import { randomUUID } from "node:crypto";
import kafkajs from "kafkajs";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { systemClock } from "../../clock.ts";
import { silentLogger } from "../../logger.ts";
import { createKafka } from "../kafka.ts";
import type { ReadUpTo, TransactionalProducer } from "../loop/ports.ts";
import type { InRecord, OutRecord, Processor } from "../ports.ts";
import { requestsSent } from "../requests-sent.ts";
import { type Counted, counterTask, until } from "../testing/contract-support.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { openTransactions } from "./transactions.ts";

const cluster: ClusterOptions = {
  brokers: [inject("kafka")],
  clientId: "transactions-test",
  logger: silentLogger,
  clock: systemClock,
};
const kafka = createKafka(cluster);

let prefix: string;
let topics: { input: string; output: string; stateTopic: string };
let cleanup: (() => Promise<void>)[];

beforeEach(async () => {
  prefix = `tx-${randomUUID()}.`;
  topics = { input: `${prefix}in`, output: `${prefix}out`, stateTopic: `${prefix}state` };
  cleanup = [];
  const admin = await kafka.admin();
  await admin.ensureTopics(Object.values(topics).map((topic) => ({ topic, partitions: 2 })));
  await admin.close();
});
afterEach(async () => {
  for (const close of cleanup.reverse()) await close();
});

async function tail(topic: string) {
  const records: InRecord[] = [];
  const opened = await kafka.tail({
    topics: [topic],
    from: "beginning",
    onRecords: (r) => void records.push(...r),
  });
  cleanup.push(() => opened.stop());
  return { records, caughtUp: opened.caughtUp, values: () => records.map((r) => String(r.value)) };
}

const value = (text: string) => ({ topic: topics.output, partition: 0, key: null, value: Buffer.from(text) });
const read = (next: number): ReadUpTo => ({
  group: `${prefix}g`,
  topic: topics.input,
  partition: 0,
  next,
  topicId: undefined,
});
const commit = (by: TransactionalProducer, records: readonly OutRecord[], next: number) =>
  by.commit(records, read(next), async () => {});

const aborted = (...values: readonly string[]): Promise<void> => transaction(values, "abort");
const committed = (...values: readonly string[]): Promise<void> => transaction(values, "commit");

/** A transaction of kafkajs's own that ends so after its records are in the log. */
async function transaction(values: readonly string[], end: "abort" | "commit"): Promise<void> {
  const client = openClient(cluster, { giveUpMs: 5_000 });
  const producer = client.kafka.producer({
    // One id: two producers' transactions on a partition must not interleave (delivery rule 5c).
    transactionalId: `${prefix}by-hand`,
    idempotent: true,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const open = await producer.transaction();
  const messages = values.map((text) => ({ value: text, partition: 0 }));
  await open.send({ topic: topics.output, messages });
  await open[end]();
  await producer.disconnect();
}

test("topics take a transaction as soon as they are ensured", async () => {
  const transactions = await openTransactions(cluster, `${prefix}new`, `${prefix}g`);
  cleanup.push(() => transactions.close());
  const admin = await kafka.admin();
  cleanup.push(() => admin.close());
  for (let round = 0; round < 3; round++) {
    const made = Array.from({ length: 16 }, (_, i) => `${prefix}new.${round}.${i}`);
    await admin.ensureTopics(made.map((topic) => ({ topic, partitions: 1 })));
    const records = made.map((topic) => ({ topic, partition: 0, key: null, value: Buffer.from("x") }));
    await commit(transactions, records, round + 1);
  }
  // It is committed once its marker is written, which the coordinator does after its answer.
  await expect.poll(() => admin.endOffsets(`${prefix}new.2.15`), { timeout: 30_000 }).toEqual([2]);
});

test("a tail passes over aborted records and over markers, also at the very end", async () => {
  await aborted("x", "y");
  const empty = await tail(topics.output);
  await empty.caughtUp;
  expect(empty.values()).toEqual([]);
  await committed("a");
  await aborted("z");
  await committed("b", "c");
  await aborted("end");
  const late = await tail(topics.output);
  await late.caughtUp;
  expect(late.values()).toEqual(["a", "b", "c"]);
  await until(() => empty.records.length === 3);
  expect(empty.values()).toEqual(["a", "b", "c"]);
});

test("a producer that opens the same transactional id later ends the earlier one, which says so", async () => {
  const first = await openTransactions(cluster, `${prefix}t`, `${prefix}g`);
  cleanup.push(async () => first.destroy());
  await commit(first, [value("a")], 1);
  const second = await openTransactions(cluster, `${prefix}t`, `${prefix}g`);
  cleanup.push(() => second.close());
  await expect(commit(first, [value("zombie")], 2)).rejects.toMatchObject({ code: "KAFKA_FENCED" });
  await commit(second, [value("b")], 2);
  const seen = await tail(topics.output);
  await seen.caughtUp;
  expect(seen.values()).toEqual(["a", "b"]);
});

test("partitions move between instances, again and again, without loss or repetition", async () => {
  const counted: Counted = { failures: 0, restored: [], committed: 0, living: 0 };
  const start = async (): Promise<Processor> => {
    const processor = await kafka.processor({
      group: `${prefix}g`,
      inputs: [topics.input],
      stateTopic: topics.stateTopic,
      task: (partition) => counterTask(topics, partition, counted),
      maxRecords: 7,
    });
    cleanup.push(() => processor.stop());
    return processor;
  };
  const producer = await kafka.producer();
  cleanup.push(() => producer.close());
  const seen = await tail(topics.output);
  let sent = 0;
  const send = async (): Promise<void> => {
    const n = sent++;
    await producer.send([0, 1].map((partition) => ({ ...value(`${n}`), topic: topics.input, partition })));
  };
  let going = true;
  const load = (async () => {
    while (going) await send();
  })();
  let one = await start();
  for (let round = 0; round < 5; round++) {
    const two = await start();
    await until(() => two.partitions.length > 0 || one.partitions.length < 2);
    const before = seen.records.length;
    await until(() => seen.records.length > before + 20);
    await one.stop();
    one = two;
    await until(() => one.partitions.length === 2);
  }
  going = false;
  await load;
  await until(() => seen.records.length >= 2 * sent);
  for (const partition of [0, 1]) {
    const values = seen.records.filter((r) => r.partition === partition).map((r) => String(r.value));
    expect(values).toEqual(Array.from({ length: sent }, (_, n) => `${partition}:${n + 1}:${n}`));
  }
}, 120_000);

test("a commit asks Kafka five questions, and none of them who coordinates", async () => {
  const producer = await openTransactions(cluster, `${prefix}budget`, `${prefix}g`);
  cleanup.push(() => producer.close());
  await commit(producer, [value("first")], 1);
  const before = requestsSent.byName();
  const commits = 10;
  for (let n = 1; n <= commits; n++) await commit(producer, [value(`${n}`)], n + 1);
  const sent = (api: string): number => (requestsSent.byName().get(api) ?? 0) - (before.get(api) ?? 0);
  expect(sent("EndTxn")).toBe(commits);
  // No other writer is at work meanwhile; the first question may be repeated until the last transaction has ended.
  expect(["AddPartitionsToTxn", "Produce", "TxnOffsetCommit"].map(sent)).toEqual([commits, commits, commits]);
  expect(sent("FindCoordinator")).toBe(0);
});
