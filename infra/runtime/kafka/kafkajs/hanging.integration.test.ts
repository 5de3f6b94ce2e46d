import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { systemClock } from "../../clock.ts";
import { silentLogger } from "../../logger.ts";
import { createKafka } from "../kafka.ts";
import type { InRecord, PartitionTask, Processor } from "../ports.ts";
import { type Counted, counterTask, until } from "../testing/contract-support.ts";
import { HangingProducer } from "../testing/hanging.ts";
import { openClient } from "./client.ts";

/*
 * What a coordinator's forgotten marker leaves in the log of a real broker, and what the loop makes of it. On the code
 * before the guard, each of the first three ends with a wrong count.
 */
const cluster = {
  brokers: [inject("kafka")],
  clientId: "hanging-test",
  logger: silentLogger,
  clock: systemClock,
};
const kafka = createKafka(cluster);
const hanging = new HangingProducer(cluster);
const cleanup: (() => Promise<void>)[] = [];
let topics: { input: string; output: string; stateTopic: string };
let counted: Counted;
/** Of partition 0's task. */
let id: string;

beforeAll(() => hanging.allow(true));
afterAll(async () => {
  await hanging.allow(false);
  await hanging.close();
});
beforeEach(async () => {
  const prefix = `hanging-${randomUUID()}.`;
  topics = { input: `${prefix}in`, output: `${prefix}out`, stateTopic: `${prefix}state` };
  counted = { failures: 0, restored: [], committed: 0, living: 0 };
  id = `${topics.output}-${topics.input}-0`;
  const admin = await kafka.admin();
  await admin.ensureTopics(Object.values(topics).map((topic) => ({ topic, partitions: 2 })));
  await admin.close();
});
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

async function start(task?: (partition: number) => PartitionTask, by = kafka): Promise<Processor> {
  const processor = await by.processor({
    group: topics.output,
    inputs: [topics.input],
    stateTopic: topics.stateTopic,
    outputs: [topics.output],
    task: task ?? ((partition) => counterTask(topics, partition, counted)),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= processor.stop();
    return stopped;
  };
  cleanup.push(stop);
  return {
    ...processor,
    failed: processor.failed,
    stop,
    get partitions() {
      return processor.partitions;
    },
    get troubles() {
      return processor.troubles;
    },
  };
}

async function write(...values: readonly string[]): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(
    values.map((value) => ({ topic: topics.input, partition: 0, key: null, value: Buffer.from(value) })),
  );
  await producer.close();
}

/** What readers of committed records see, as it comes. */
async function outputs(): Promise<readonly string[]> {
  const seen: string[] = [];
  const onRecords = (records: readonly InRecord[]): void => {
    seen.push(...records.map(({ value }) => String(value)));
  };
  const tail = await kafka.tail({ topics: [topics.output], from: "beginning", onRecords });
  cleanup.push(() => tail.stop());
  return seen;
}

const place = () => ({ topic: topics.output, partition: 0 });

test("what a fenced predecessor left open is not counted with what its successor commits", async () => {
  const dead = await hanging.fence(id);
  await hanging.write(id, dead, place(), ["left open"]);
  await write("a", "b");
  await start();
  const seen = await outputs();
  await until(() => seen.length >= 2);
  expect(seen).toEqual(["0:1:a", "0:2:b"]);
});

test("what it had committed is not lost, though the partition has no marker of it", async () => {
  const dead = await hanging.fence(id);
  await hanging.add(id, dead, [{ topic: topics.stateTopic, partition: 0 }]);
  await hanging.write(id, dead, place(), ["committed"]);
  await hanging.commit(id, dead);
  await write("a");
  await start();
  const seen = await outputs();
  await until(() => seen.length >= 2);
  expect(seen).toEqual(["committed", "0:1:a"]);
});

test("a stranger's transaction that no coordinator knows any more is ended, and readers go on", async () => {
  const stranger = await hanging.fence(`${id}-stranger`);
  await hanging.write(`${id}-stranger`, stranger, place(), ["never ended"]);
  await write("a");
  const processor = await start();
  const seen = await outputs();
  await until(() => seen.length >= 1);
  expect(seen).toEqual(["0:1:a"]);
  expect(processor.troubles).toEqual([]);
});

test("a look at the log finds what hangs, and not what is under way", async () => {
  const underWay = await hanging.fence(`${id}-at-work`);
  await hanging.add(`${id}-at-work`, underWay, [place()]);
  await hanging.write(`${id}-at-work`, underWay, place(), ["at work"]);
  const stranger = await hanging.fence(`${id}-stranger`);
  await hanging.write(`${id}-stranger`, stranger, place(), ["never ended"]);
  const admin = await kafka.admin();
  cleanup.push(() => admin.close());
  expect(
    await admin.hangingTransactions([topics.input, topics.output, `${topics.output}-none`]),
  ).toMatchObject([{ ...place(), producerId: Number(stranger.producerId), producerEpoch: 0, offset: 1 }]);
});

test("an input that is made again and grows past the position while the loop runs is read from its start", async () => {
  await start();
  const seen = await outputs();
  await write("a", "b");
  await until(() => seen.length === 2);
  const admin = await kafka.admin();
  await admin.deleteTopics([topics.input]);
  await admin.ensureTopics([{ topic: topics.input, partitions: 2 }]);
  await admin.close();
  await write("c", "d", "e", "f");
  await until(() => seen.length >= 6);
  expect(seen).toEqual(["0:1:a", "0:2:b", "0:3:c", "0:4:d", "0:5:e", "0:6:f"]);
});

test("records that are deleted before they are processed are named while the loop runs, and it goes on behind them", async () => {
  const said: unknown[] = [];
  const error = (fields: unknown, message: unknown): void => {
    said.push([fields, message]);
  };
  const logger = { ...silentLogger, error: error as typeof silentLogger.error };
  let release = (): void => {};
  let held = false;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow = (partition: number): PartitionTask => {
    const task = counterTask(topics, partition, counted);
    return {
      ...task,
      async process(records) {
        held = true;
        await released;
        return task.process(records);
      },
    };
  };
  await start(slow, createKafka({ ...cluster, logger }));
  const seen = await outputs();
  await write("a");
  await until(() => held);
  await write("gone", "c");
  const client = openClient(cluster, { giveUpMs: 5_000 });
  const admin = client.kafka.admin();
  await admin.connect();
  // By itself it does not ask where the topic is.
  await admin.fetchTopicOffsets(topics.input);
  await admin.deleteTopicRecords({ topic: topics.input, partitions: [{ partition: 0, offset: "2" }] });
  await admin.disconnect();
  client.destroy();
  release();
  await until(() => seen.length >= 2);
  expect(seen).toEqual(["0:1:a", "0:2:c"]);
  expect(said).toMatchObject([
    [
      { topic: topics.input, partition: 0, next: 2, was: { next: 1 }, bounds: { first: 2, end: 3 } },
      `${topics.input}-0: records were deleted before they were processed`,
    ],
  ]);
});

test("an instance whose records are refused for good leaves the partition to one whose are taken", async () => {
  const ahead = (partition: number): PartitionTask => {
    const task = counterTask(topics, partition, counted);
    return {
      ...task,
      async process(records) {
        // Kafka takes nothing from more than an hour ahead.
        const timestamp = systemClock.now() + 7_200_000;
        return (await task.process(records)).map((record) => ({ ...record, timestamp }));
      },
    };
  };
  const wrong = await start(ahead);
  await until(() => wrong.partitions.length === 2);
  await write("a");
  await until(() => wrong.troubles.length === 1);
  expect(wrong.troubles).toMatchObject([
    { partition: 0, code: "KAFKA_RECORD_REFUSED", message: expect.stringContaining("clock right?") },
  ]);
  const right = await start();
  const seen = await outputs();
  await until(() => seen.length === 1);
  expect(seen).toEqual(["0:1:a"]);
  expect(right.partitions).toContain(0);
  expect(right.troubles).toEqual([]);
  expect(wrong.partitions).not.toContain(0);
});
