import fc from "fast-check";
import type { Message } from "kafkajs";
import type { ProduceArguments } from "kafkajs/src/protocol/requests/produce/index.js";
import original from "kafkajs/src/protocol/requests/produce/v7/request.js";
import { expect, test } from "vitest";
import { produceRequest } from "./produce-requests.ts";

const bytes = fc.option(
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
  { nil: null },
);
const headers = fc.option(
  fc.dictionary(
    fc.string({ unit: "grapheme", maxLength: 70 }),
    fc.string({ unit: "grapheme", maxLength: 70 }),
    {
      maxKeys: 3,
    },
  ),
  { nil: undefined },
);
const message = fc.record({ key: bytes, value: bytes, headers }, { noNullPrototype: true });
// kafkajs sorts the times of a batch as texts: only in order, and of the same length, do both say the same.
const messages = fc
  .array(fc.tuple(message, fc.integer({ min: 0, max: 2 ** 33 })), { minLength: 1, maxLength: 20 })
  .map((pairs) => {
    const times = pairs.map(([, time]) => 1_500_000_000_000 + time).sort((x, y) => x - y);
    return pairs.map(([made], i): Message => {
      const { headers: named, ...rest } = made;
      return { ...rest, timestamp: String(times[i]), ...(named && { headers: named }) };
    });
  });
const request = fc.record<ProduceArguments>({
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 40 }), { nil: null }),
  acks: fc.constant(-1),
  timeout: fc.nat(),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ maxLength: 249 }),
      partitions: fc.array(fc.record({ partition: fc.nat({ max: 99 }), firstSequence: fc.nat(), messages }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
    { maxLength: 3 },
  ),
});

test("a request is byte for byte what kafkajs writes", async () => {
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const theirs = await original(given).encode();
      expect(produceRequest(given, 0).buffer.equals(theirs.buffer)).toBe(true);
    }),
    { numRuns: 300, seed: 40_380 },
  );
});

test("records larger than any buffer so far, and many of them", async () => {
  const share = Array.from(
    { length: 2_000 },
    (_, i): Message => ({
      key: Buffer.from(`k${i}`),
      value: Buffer.alloc(i % 7 === 0 ? 9_000 : 30, i),
      timestamp: "1795641888000",
    }),
  );
  const given: ProduceArguments = {
    acks: -1,
    timeout: 1_000,
    topicData: [{ topic: "t", partitions: [{ partition: 0, messages: share }] }],
  };
  const theirs = await original(given).encode();
  expect(produceRequest(given, 0).buffer.equals(theirs.buffer)).toBe(true);
});

test("a record without a time gets that of the request", () => {
  const given = (timestamp?: string): ProduceArguments => ({
    acks: -1,
    timeout: 1_000,
    topicData: [
      {
        topic: "t",
        partitions: [{ partition: 0, messages: [{ value: null, ...(timestamp && { timestamp }) }] }],
      },
    ],
  });
  expect(produceRequest(given(), 1_795_641_888_000)).toEqual(produceRequest(given("1795641888000"), 0));
});
