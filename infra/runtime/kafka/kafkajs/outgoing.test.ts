import type { Message } from "kafkajs";
import groupMessagesPerPartition from "kafkajs/src/producer/groupMessagesPerPartition.js";
import { expect, test } from "vitest";
import type { OutRecord } from "../ports.ts";
import { inRequests, notingPartitioner, outgoing, placesOf, sizeOf } from "./outgoing.ts";

const record = (topic: string, value: string, partition?: number): OutRecord => ({
  topic,
  key: null,
  value: Buffer.from(value),
  ...(partition === undefined ? {} : { partition }),
});

test("requests keep the order, within their limits; a record beyond them goes alone", () => {
  const small = record("t", "x");
  const large = record("t", "x".repeat(500));
  const max = { records: 3, bytes: 4 * sizeOf(small) };
  const cut = inRequests([small, small, small, small, large, small], max);
  expect(cut.map((r) => r.length)).toEqual([3, 1, 1, 1]);
  expect(cut.flat()).toHaveLength(6);
  expect(inRequests([], max)).toEqual([]);
});

test("each record learns its place from its partition's base offset", () => {
  const records = [record("a", "1", 0), record("b", "2", 0), record("a", "3", 1), record("a", "4", 0)];
  const { messages, topicMessages } = outgoing(records);
  expect(topicMessages.map((t) => [t.topic, t.messages.length])).toEqual([
    ["a", 3],
    ["b", 1],
  ]);
  const places = placesOf(records, messages, [
    { topicName: "a", partition: 0, baseOffset: "10" },
    { topicName: "a", partition: 1, baseOffset: "20" },
    { topicName: "b", partition: 0, baseOffset: "30" },
  ]);
  expect(places).toEqual([
    { partition: 0, offset: 10 },
    { partition: 0, offset: 30 },
    { partition: 1, offset: 20 },
    { partition: 0, offset: 11 },
  ]);
});

test("kafkajs's own grouping of a topic's messages gives the same in one pass", () => {
  const records = Array.from({ length: 50 }, (_, i) => record("t", String(i), (i * 7) % 4));
  const [{ messages = [] } = {}] = outgoing(records).topicMessages;
  const grouped = (list: Message[]) =>
    groupMessagesPerPartition({
      topic: "t",
      partitionMetadata: [{}],
      messages: list,
      partitioner: ({ message }) => message.partition ?? -1,
    });
  expect(messages).toHaveLength(50);
  expect(grouped(messages)).toEqual(grouped([...messages]));
  expect(Object.keys(grouped(messages))).toEqual(["0", "1", "2", "3"]);
});

test("a partition that the broker did not answer for leaves the outcome unknown", () => {
  const records = [record("a", "1", 0)];
  const { messages } = outgoing(records);
  expect(() => placesOf(records, messages, [])).toThrow(
    expect.objectContaining({ code: "KAFKA_UNAVAILABLE", retryable: true }),
  );
});

test("the partitioner refuses a partition that does not exist, which kafkajs would drop in silence", () => {
  const choose = notingPartitioner();
  const partitionMetadata = [0, 1].map((partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const here: Message = { value: "x", partition: 1 };
  expect(choose({ topic: "t", partitionMetadata, message: here })).toBe(1);
  // A message without a partition is told the one that was chosen.
  const keyed: Message = { key: Buffer.from("k"), value: "x" };
  expect(keyed.partition).toBeUndefined();
  expect(choose({ topic: "t", partitionMetadata, message: keyed })).toBe(keyed.partition);
  expect(() => choose({ topic: "t", partitionMetadata, message: { value: "x", partition: 2 } })).toThrow(
    expect.objectContaining({ code: "KAFKA_RECORD_REFUSED" }),
  );
});

test("keys go where Java's default partitioner sends them", () => {
  const choose = notingPartitioner();
  const partitionMetadata = Array.from({ length: 1000 }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  // Kafka's UtilsTest: murmur2 of "21" is -973932308; toPositive, modulo 1000.
  const partition = choose({ topic: "t", partitionMetadata, message: { key: Buffer.from("21"), value: "" } });
  expect(partition).toBe((-973932308 & 0x7fffffff) % 1000);
});
