import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Kafka, KafkaAdmin, LogReader, LookAt, Looked, OutRecord } from "./ports.ts";
import { counterTask, until } from "./testing/contract-support.ts";

interface ContractSetting {
  readonly kafka: Kafka;
  /** Topics of this prefix are the test's own. */
  readonly prefix: string;
}

/** What every adapter's `LogReader` must do. */
export function logReaderContract(name: string, open: () => Promise<ContractSetting>): void {
  describe(`${name} keeps the log reader's contract`, () => {
    let kafka: Kafka;
    let prefix: string;
    let admin: KafkaAdmin;
    let reader: LogReader;
    beforeEach(async () => {
      ({ kafka, prefix } = await open());
      admin = await kafka.admin();
      reader = kafka.logReader({ headers: ["wanted"] });
    });
    afterEach(async () => {
      await reader.stop();
      await admin.close();
    });

    const make = async (label: string, partitions = 2, config = {}): Promise<string> => {
      const topic = prefix + label;
      await admin.ensureTopics([{ topic, partitions, config }]);
      return topic;
    };
    const write = async (records: readonly OutRecord[]): Promise<void> => {
      const producer = await kafka.producer();
      await producer.send(records);
      await producer.close();
    };
    const record = (topic: string, value: string, partition = 0): OutRecord => ({
      topic,
      partition,
      key: Buffer.from("k"),
      value: Buffer.from(value),
      headers: { wanted: `of ${value}`, other: "x" },
    });
    const look = async (at: LookAt): Promise<Looked> => {
      // A partition whose leader is just being made is left out of a look.
      let looked: Looked | undefined;
      for (let tries = 0; !looked && tries < 100; tries++) [looked] = await reader.look([at]);
      if (!looked) throw new Error(`no answer about ${at.topic}`);
      return looked;
    };

    test("an empty partition has nothing, and says where it ends", async () => {
      const topic = await make("empty");
      const topicId = await admin.topicId(topic);
      const empty = await look({ topic, partition: 1, from: 0 });
      expect({ ...empty, records: [...empty.records] }).toEqual({
        topic,
        topicId,
        partition: 1,
        records: [],
        unreadable: [],
        next: 0,
        start: 0,
        end: 0,
      });
    });

    test("small looks come to the same records, none left out and none twice", async () => {
      const topic = await make("small");
      const values = Array.from({ length: 20 }, (_, i) => String(i));
      for (const value of values) await write([record(topic, value + "x".repeat(500))]);
      const small = kafka.logReader({ partitionBytes: 1_000 });
      const seen: number[] = [];
      try {
        for (let from = 0, looks = 0; from < values.length && looks < 100; looks++) {
          const [looked] = await small.look([{ topic, partition: 0, from }]);
          seen.push(...[...(looked?.records ?? [])].map(({ offset }) => offset));
          from = looked?.next ?? from;
        }
      } finally {
        await small.stop();
      }
      expect(seen).toEqual(values.map(Number));
    });

    test("records are there from the offset on, with the headers that are wanted", async () => {
      const topic = await make("read");
      await write(["a", "b", "c"].map((value) => record(topic, value)));
      await write([record(topic, "d", 1)]);
      const first = await look({ topic, partition: 0, from: 1 });
      expect([...first.records]).toMatchObject([
        { offset: 1, key: Buffer.from("k"), value: Buffer.from("b"), headers: { wanted: "of b" } },
        { offset: 2, key: Buffer.from("k"), value: Buffer.from("c"), headers: { wanted: "of c" } },
      ]);
      expect([...first.records][0]?.headers).toEqual({ wanted: "of b" });
      expect(first).toMatchObject({ next: 3, start: 0, end: 3 });
      const both = await reader.look([
        { topic, partition: 0, from: 3 },
        { topic, partition: 1, from: 0 },
      ]);
      expect(both.map(({ partition, records }) => [partition, records.length]).sort()).toEqual([
        [0, 0],
        [1, 1],
      ]);
    });

    test("what an exactly-once loop wrote is read once, and the position passes its markers", async () => {
      const [input, output, stateTopic] = await Promise.all([make("in"), make("out"), make("state")]);
      const counted = { failures: 0, restored: [], committed: 0, living: 0 };
      const processor = await kafka.processor({
        group: `${prefix}loop`,
        inputs: [input],
        stateTopic,
        task: (partition) => counterTask({ output, stateTopic }, partition, counted),
      });
      await write(["a", "b", "c"].map((value) => record(input, value)));
      await until(() => counted.committed === 3);
      await processor.stop();
      const { records, next, end } = await look({ topic: output, partition: 0, from: 0 });
      expect(Array.from(records, ({ value }) => String(value))).toEqual(["0:1:a", "0:2:b", "0:3:c"]);
      expect(next).toBe(end);
    });

    test("a topic that does not exist is no answer, or an error that may be tried again", async () => {
      const answers = await reader.look([{ topic: `${prefix}none`, partition: 0, from: 0 }]).catch((e) => e);
      if (Array.isArray(answers)) expect(answers).toEqual([]);
      else expect(answers).toMatchObject({ code: "KAFKA_UNAVAILABLE", retryable: true });
    });

    test("a position beyond the end is told, and so is another topic of the same name", async () => {
      const topic = await make("again");
      await write(["a", "b", "c"].map((value) => record(topic, value)));
      const before = await look({ topic, partition: 0, from: 3 });
      const beyond = await look({ topic, partition: 0, from: 9 });
      expect([...beyond.records]).toEqual([]);
      expect(beyond.end).toBe(3);
      await admin.deleteTopics([topic]);
      await make("again");
      await write([record(topic, "d")]);
      let after = before;
      // The old topic may answer for a moment.
      for (let tries = 0; after.topicId === before.topicId && tries < 300; tries++) {
        [after = before] = await reader.look([{ topic, partition: 0, from: 0 }]).catch(() => []);
      }
      expect(after.topicId).not.toBe(before.topicId);
      expect(Array.from(after.records, ({ value }) => String(value))).toEqual(["d"]);
    });
  });
}
