import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { systemClock } from "../clock.ts";
import { silentLogger } from "../logger.ts";
import { createKafka } from "./kafka.ts";
import type { Kafka, Subscription } from "./ports.ts";
import { subscriber } from "./subscription.ts";
import { until } from "./testing/contract-support.ts";

const cluster = {
  brokers: [inject("kafka")],
  clientId: "subscription",
  logger: silentLogger,
  clock: systemClock,
};
const kafka: Kafka = createKafka(cluster);
const open: Subscription[] = [];
let topic: string;

beforeEach(async () => {
  topic = `subscription-${randomUUID()}`;
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions: 2 }]);
  await admin.close();
});
afterEach(async () => {
  for (const subscription of open.splice(0)) await subscription.stop();
  const admin = await kafka.admin();
  await admin.deleteTopics([topic]);
  await admin.close();
});

/** `count` more records, half of them in each partition. */
async function write(count: number): Promise<void> {
  const producer = await kafka.producer();
  await producer.send(
    Array.from({ length: count }, (_, n) => ({
      topic,
      partition: n % 2,
      key: null,
      value: Buffer.from("x"),
    })),
  );
  await producer.close();
}

/** Keeps positions as a database would, and which offsets were taken in which order. */
function store(start: readonly (number | undefined)[] = []) {
  const next = new Map(
    start.flatMap((offset, partition) => (offset === undefined ? [] : [[partition, offset]])),
  );
  const taken: number[][] = [[], []];
  const ids: (string | undefined)[] = [];
  let failures = 0;
  let held: Promise<void> | undefined;
  return {
    taken,
    /** Records are taken only once `until` resolves. */
    hold(until: Promise<void>): void {
      held = until;
    },
    /** Of the topics that records were taken from, in order. */
    ids,
    failNext(times: number): void {
      failures = times;
    },
    subscribe(): Subscription {
      const subscription = subscriber(cluster)({
        group: topic,
        topic,
        async position(partition, _end, topicId) {
          if (ids.length > 0 && ids.at(-1) !== topicId) next.clear();
          return next.get(partition);
        },
        async onRecords(partition, records, topicId) {
          await held;
          if (failures-- > 0) throw new Error("away");
          if (ids.at(-1) !== topicId) ids.push(topicId);
          for (const { offset } of records) {
            if (offset < (next.get(partition) ?? 0)) continue;
            taken[partition]?.push(offset);
            next.set(partition, offset + 1);
          }
        },
      });
      open.push(subscription);
      return subscription;
    },
  };
}

const upTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, n) => from + n);

test("it begins where the position says, and at the start where there is none", async () => {
  await write(20);
  const { subscribe, taken } = store([7]);
  subscribe();
  await until(() => taken.flat().length >= 13);
  expect(taken).toEqual([upTo(10, 7), upTo(10)]);
});

test("without a position it begins at the start, whatever the group has committed", async () => {
  await write(20);
  const first = store();
  const subscription = first.subscribe();
  await until(() => first.taken.flat().length >= 20);
  const admin = await kafka.admin();
  await vi.waitFor(async () => expect(await admin.committedOffsets(topic, topic)).toEqual([10, 10]), {
    timeout: 20_000,
  });
  await admin.close();
  await subscription.stop();
  const { subscribe, taken } = store();
  subscribe();
  await write(2);
  await until(() => taken.flat().length >= 22);
  expect(taken).toEqual([upTo(11), upTo(11)]);
});

test("a topic that was made again and has grown past the position is read from its start", async () => {
  const { subscribe, taken, ids, hold } = store();
  subscribe();
  await write(20);
  await until(() => taken.flat().length >= 20);
  // While it is busy: no fetch meets the topic's absence.
  let letGo = (): void => {};
  hold(
    new Promise((resolve) => {
      letGo = resolve;
    }),
  );
  await write(2);
  const admin = await kafka.admin();
  await admin.deleteTopics([topic]);
  await admin.ensureTopics([{ topic, partitions: 2 }]);
  await admin.close();
  await write(60);
  letGo();
  await until(() => taken.flat().length >= 82);
  expect(taken).toEqual([
    [...upTo(11), ...upTo(30)],
    [...upTo(11), ...upTo(30)],
  ]);
  expect(ids).toHaveLength(2);
});

test("what was taken is committed for those who ask for the lag", async () => {
  const admin = await kafka.admin();
  expect(await admin.committedOffsets(topic, topic)).toBeNull();
  await write(20);
  store().subscribe();
  await vi.waitFor(async () => expect(await admin.committedOffsets(topic, topic)).toEqual([10, 10]), {
    timeout: 20_000,
  });
  await admin.close();
});

test("records that could not be taken come again, and trouble is told meanwhile", async () => {
  const { subscribe, taken, failNext } = store();
  failNext(4);
  const subscription = subscribe();
  await write(10);
  await until(() => taken.flat().length >= 10);
  expect(taken).toEqual([upTo(5), upTo(5)]);
  expect(subscription.trouble).toBeUndefined();
});

test("what one member leaves another takes over, without gap or repetition", async () => {
  const { subscribe, taken } = store();
  const first = subscribe();
  await write(100);
  await until(() => taken.flat().length >= 100);
  expect(taken).toEqual([upTo(50), upTo(50)]);
  subscribe();
  await write(100);
  await first.stop();
  await write(100);
  await until(() => taken.flat().length >= 300);
  expect(taken).toEqual([upTo(150), upTo(150)]);
});
