import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isCoded } from "../../../schemas/errors.ts";
import type { InRecord, Kafka, OutRecord, Tail, TailOptions } from "./ports.ts";
import { type Counted, counterTask, until } from "./testing/contract-support.ts";

interface ContractSetting {
  readonly kafka: Kafka;
  /** Topics of this prefix are the test's own. */
  readonly prefix: string;
  close?(): Promise<void>;
}

/** What every adapter of `ports.ts` must do. */
export function kafkaContract(name: string, open: () => Promise<ContractSetting>): void {
  describe(`${name} keeps the Kafka contract`, () => {
    let setting: ContractSetting;
    const cleanup: (() => Promise<void>)[] = [];
    beforeEach(async () => {
      setting = await open();
    });
    afterEach(async () => {
      for (const close of cleanup.splice(0).reverse()) await close();
      await setting.close?.();
    });

    const topicOf = async (label: string, partitions = 2, config = {}): Promise<string> => {
      const topic = setting.prefix + label;
      const admin = await setting.kafka.admin();
      await admin.ensureTopics([{ topic, partitions, config }]);
      await admin.close();
      return topic;
    };
    const write = async (records: readonly OutRecord[]): Promise<void> => {
      const producer = await setting.kafka.producer();
      await producer.send(records);
      await producer.close();
    };
    const tailOf = async (
      topics: readonly string[],
      from: TailOptions["from"],
      open = (options: TailOptions): Promise<Tail> => setting.kafka.tail(options),
    ) => {
      const records: InRecord[] = [];
      const tail = await open({
        topics,
        from,
        onRecords: (more) => void records.push(...more),
      });
      cleanup.push(() => tail.stop());
      return { tail, records };
    };
    const values = (records: readonly InRecord[]): string[] => records.map((r) => String(r.value));
    const record = (topic: string, value: string, partition = 0): OutRecord => ({
      topic,
      partition,
      key: Buffer.from("k"),
      value: Buffer.from(value),
    });

    test("what is sent is read back in order, with key, value, headers and place", async () => {
      const topic = await topicOf("echo");
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const written = await producer.send([
        { ...record(topic, "a", 1), headers: { reading: "x;1;1;1" } },
        record(topic, "b", 1),
        { topic, partition: 0, key: null, value: null },
      ]);
      expect(written).toEqual([
        { partition: 1, offset: 0 },
        { partition: 1, offset: 1 },
        { partition: 0, offset: 0 },
      ]);
      const { tail, records } = await tailOf([topic], "beginning");
      await tail.caughtUp;
      const sorted = [...records].sort((x, y) => y.partition - x.partition);
      expect(values(sorted)).toEqual(["a", "b", "null"]);
      expect(sorted[0]?.headers).toEqual({ reading: "x;1;1;1" });
      expect(sorted[0]?.key).toEqual(Buffer.from("k"));
      expect(sorted[2]).toMatchObject({ key: null, value: null, partition: 0, offset: 0 });
    });

    test("calls made together are all answered, each with its own places, in order", async () => {
      const topic = await topicOf("calls");
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const calls = Array.from({ length: 50 }, (_, i) =>
        producer.send([record(topic, `${i}`), record(topic, `${i}'`)]),
      );
      const written = (await Promise.all(calls)).flat();
      expect(written.map((w) => w.offset)).toEqual(Array.from({ length: 100 }, (_, i) => i));
      expect(producer.waiting).toBe(0);
    });

    test("a call of more records than a request holds is answered whole", async () => {
      const topic = await topicOf("large", 1);
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const value = Buffer.alloc(2_000, "x");
      const records = Array.from({ length: 1_500 }, () => ({ topic, partition: 0, key: null, value }));
      const written = await producer.send(records);
      expect(written.map((w) => w.offset)).toEqual(records.map((_, i) => i));
    });

    test("a record without a partition goes where its key says, always the same", async () => {
      const topic = await topicOf("keyed", 8);
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const key = Buffer.from("40380");
      const one = await producer.send([{ topic, key, value: Buffer.from("1") }]);
      const two = await producer.send([{ topic, key, value: Buffer.from("2") }]);
      expect(two[0]?.partition).toBe(one[0]?.partition);
    });

    test("a record that can never be taken is refused by code, and its neighbours are not", async () => {
      const topic = await topicOf("refused");
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const results = await Promise.allSettled([
        producer.send([record(topic, "before")]),
        producer.send([record(topic, "nowhere", 99)]),
        producer.send([record(topic, "after")]),
      ]);
      expect(results.map((r) => r.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      const reason = results[1]?.status === "rejected" ? results[1].reason : undefined;
      expect(isCoded(reason, "KAFKA_RECORD_REFUSED") && !reason.retryable).toBe(true);
      const { tail, records } = await tailOf([topic], "beginning");
      await tail.caughtUp;
      expect([...new Set(values(records))]).toEqual(["before", "after"]);
    });

    const grouped = (options: TailOptions): Promise<Tail> => {
      const group = setting.kafka.tailGroup({ gapMs: () => 5 });
      cleanup.push(() => group.stop());
      return group.tail(options);
    };
    describe.each([
      ["alone", (options: TailOptions) => setting.kafka.tail(options)],
      ["in a group", grouped],
    ])("a tail %s", (_, open) => {
      test("a tail from the end sees only what comes; one from a time what is not older", async () => {
        const topic = await topicOf("from", 1);
        await write([record(topic, "old")]);
        const end = await tailOf([topic], "end", open);
        await end.tail.caughtUp;
        await write([record(topic, "new")]);
        await until(() => end.records.length === 1);
        expect(values(end.records)).toEqual(["new"]);
        const never = await tailOf([topic], 4_000_000_000_000, open);
        await never.tail.caughtUp;
        expect(never.records).toEqual([]);
      });

      test("a tail of empty topics has caught up at once", async () => {
        const topic = await topicOf("empty");
        const { tail, records } = await tailOf([topic], "beginning", open);
        await tail.caughtUp;
        expect(records).toEqual([]);
      });

      test("a tail goes on with a topic that is made again under its name: from its start, however far it has grown", async () => {
        const admin = await setting.kafka.admin();
        cleanup.push(() => admin.close());
        const [topic, other] = [await topicOf("again"), await topicOf("beside")];
        await write([record(topic, "a"), record(topic, "b"), record(other, "x")]);
        const seen: string[] = [];
        const tail = await open({
          topics: [topic, other],
          from: "beginning",
          onRecords: (records) => void seen.push(...records.map(({ value }) => String(value))),
        });
        cleanup.push(() => tail.stop());
        await until(() => seen.length === 3);
        await admin.deleteTopics([topic]);
        await topicOf("again");
        await write(["c", "d", "e", "f"].map((value) => record(topic, value)));
        await until(() => seen.includes("f"));
        await write([record(other, "y")]);
        await until(() => seen.includes("y"));
        expect(seen.filter((value) => !"xy".includes(value))).toEqual(["a", "b", "c", "d", "e", "f"]);
        expect(seen.filter((value) => "xy".includes(value))).toEqual(["x", "y"]);
      });
    });

    test("the tails of a group go on without each other; what was not taken comes again", async () => {
      const [first, second] = [await topicOf("first"), await topicOf("second")];
      let rounds = 0;
      const group = setting.kafka.tailGroup({ gapMs: () => 5, onRound: () => rounds++ });
      cleanup.push(() => group.stop());
      await expect(
        group.tail({ topics: [`${setting.prefix}none`], from: "beginning", onRecords: () => {} }),
      ).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE" });
      const seen: string[] = [];
      let refuses = true;
      const one = await group.tail({
        topics: [first],
        from: "beginning",
        onRecords: (records) => void seen.push(...values(records)),
      });
      await group.tail({
        topics: [second],
        from: "beginning",
        onRecords(records) {
          if (refuses) {
            refuses = false;
            throw new Error("not now");
          }
          seen.push(...values(records));
        },
      });
      await write([record(first, "a"), record(second, "x", 1)]);
      await until(() => seen.length === 2);
      expect([...seen].sort()).toEqual(["a", "x"]);
      await one.stop();
      const before = rounds;
      await write([record(first, "b"), record(second, "y", 1)]);
      await until(() => seen.includes("y") && rounds > before);
      expect(seen.filter((value) => "ab".includes(value))).toEqual(["a"]);
    });

    test("topics are created once and checked afterwards", async () => {
      const topic = await topicOf("checked", 3);
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      await admin.ensureTopics([{ topic, partitions: 3 }]);
      expect(await admin.partitionsOf(topic)).toBe(3);
      expect(await admin.listTopics()).toContain(topic);
      await write([record(topic, "x", 2)]);
      expect(await admin.endOffsets(topic)).toEqual([0, 0, 1]);
      const wrong = admin.ensureTopics([{ topic, partitions: 2 }]);
      await expect(wrong).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH", retryable: false });
    });

    test("a moment is an offset: of the first record that is not older, or the end", async () => {
      const topic = await topicOf("moments");
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      const now = Date.now();
      const at = (ms: number, partition = 0): OutRecord => ({
        ...record(topic, "x", partition),
        timestamp: now + ms,
      });
      await write([at(-3_000), at(-2_000), at(-1_000), at(-2_500, 1)]);
      const asked = [Number.MIN_SAFE_INTEGER, -3_000, -2_999, -2_000, -500].map(async (ms) =>
        admin.offsetsAt(topic, Math.max(0, now + ms)),
      );
      const nowhere = admin.offsetsAt(`${topic}.nowhere`, now);
      await expect(nowhere).rejects.toMatchObject({ code: "KAFKA_UNAVAILABLE" });
      expect(await Promise.all(asked)).toEqual([
        [0, 0],
        [0, 0],
        [1, 0],
        [1, 1],
        [3, 1],
      ]);
    });

    test("a topic that somebody else deleted is no obstacle to the next one", async () => {
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      const doomed = await topicOf("doomed");
      expect(await admin.endOffsets(doomed)).toEqual([0, 0]);
      const other = await setting.kafka.admin();
      await other.deleteTopics([doomed]);
      await other.close();
      const next = `${setting.prefix}next`;
      await admin.ensureTopics([{ topic: next, partitions: 2 }]);
      expect(await admin.endOffsets(next)).toEqual([0, 0]);
    });

    test("a topic that is made again under its name is another one", async () => {
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      const topic = await topicOf("again");
      const first = await admin.topicId(topic);
      expect(first).toEqual(expect.any(String));
      expect(await admin.topicId(topic)).toBe(first);
      expect(await admin.topicId(await topicOf("other"))).not.toBe(first);
      await admin.deleteTopics([topic]);
      await topicOf("again");
      expect(await admin.topicId(topic)).not.toBe(first);
    });

    test("a topic's settings are those it was made with, else the broker's; what is larger than one allows is refused", async () => {
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      const topic = await topicOf("small");
      expect(Number((await admin.settingsOf(topic))["max.message.bytes"])).toBeGreaterThan(1_000_000);
      await admin.ensureTopics([{ topic, partitions: 2, config: { "max.message.bytes": "5000" } }]);
      expect(await admin.settingsOf(topic)).toMatchObject({ "max.message.bytes": "5000" });
      const producer = await setting.kafka.producer();
      cleanup.push(() => producer.close());
      const record = { topic, partition: 0, key: null };
      await producer.send([{ ...record, value: Buffer.alloc(4_000, 1) }]);
      await expect(producer.send([{ ...record, value: Buffer.alloc(6_000, 1) }])).rejects.toMatchObject({
        code: "KAFKA_RECORD_REFUSED",
        retryable: false,
        context: { broker: "MESSAGE_TOO_LARGE" },
      });
    });

    test("many topics are there, with their partitions, as soon as they are ensured", async () => {
      const admin = await setting.kafka.admin();
      cleanup.push(() => admin.close());
      const specs = Array.from({ length: 20 }, (_, i) => ({
        topic: `${setting.prefix}many.${i}`,
        partitions: 2,
      }));
      await Promise.all([admin.ensureTopics(specs), admin.ensureTopics(specs)]);
      const counts = await Promise.all(specs.map((spec) => admin.partitionsOf(spec.topic)));
      expect(counts).toEqual(specs.map(() => 2));
      await write(specs.map((spec) => record(spec.topic, "x")));
    });

    describe("the processor", () => {
      const setUp = async () => {
        const input = await topicOf("input");
        const output = await topicOf("output");
        const stateTopic = await topicOf("state", 2, { "cleanup.policy": "compact" });
        return { input, output, stateTopic, group: `${setting.prefix}group` };
      };
      const start = async (topics: Awaited<ReturnType<typeof setUp>>, counted: Counted) => {
        const processor = await setting.kafka.processor({
          group: topics.group,
          inputs: [topics.input],
          stateTopic: topics.stateTopic,
          task: (partition) => counterTask(topics, partition, counted),
        });
        let stopped: Promise<void> | undefined;
        const stop = (): Promise<void> => {
          stopped ??= processor.stop();
          return stopped;
        };
        cleanup.push(stop);
        return { processor, stop };
      };
      const outputs = async (topic: string, count: number): Promise<string[]> => {
        const { records } = await tailOf([topic], "beginning");
        await until(() => records.length >= count);
        return values(records);
      };

      test("writes each input once, to its own partition, and numbers it from restored state", async () => {
        const topics = await setUp();
        const counted: Counted = { failures: 0, restored: [], committed: 0, living: 0 };
        const first = await start(topics, counted);
        await write([record(topics.input, "a"), record(topics.input, "b", 1), record(topics.input, "c")]);
        expect((await outputs(topics.output, 3)).sort()).toEqual(["0:1:a", "0:2:c", "1:1:b"]);
        await until(() => counted.committed === 3);
        expect(first.processor.partitions).toEqual([0, 1]);
        await first.stop();
        await write([record(topics.input, "d")]);
        await start(topics, counted);
        expect((await outputs(topics.output, 4)).sort()).toEqual(["0:1:a", "0:2:c", "0:3:d", "1:1:b"]);
      });

      test("a task that fails is made again from the committed state and sees the records again", async () => {
        const topics = await setUp();
        const counted: Counted = { failures: 2, restored: [], committed: 0, living: 0 };
        await start(topics, counted);
        await write([record(topics.input, "a"), record(topics.input, "b")]);
        await outputs(topics.output, 2);
        await write([record(topics.input, "c")]);
        expect(await outputs(topics.output, 3)).toEqual(["0:1:a", "0:2:b", "0:3:c"]);
        expect(counted.failures).toBe(0);
      });

      test("every life of a task ends once: of one that failed at once, of the last ones by the stop", async () => {
        const topics = await setUp();
        const counted: Counted = { failures: 2, restored: [], committed: 0, living: 0 };
        const { stop } = await start(topics, counted);
        await write([record(topics.input, "a")]);
        await outputs(topics.output, 1);
        // One per partition: those that failed have successors.
        await until(() => counted.living === 2);
        await stop();
        expect(counted.living).toBe(0);
      });

      test("refuses inputs whose partitions differ from its state's", async () => {
        const topics = await setUp();
        const odd = await topicOf("odd", 3);
        const started = setting.kafka.processor({
          group: topics.group,
          inputs: [odd],
          stateTopic: topics.stateTopic,
          task: (partition) =>
            counterTask(topics, partition, { failures: 0, restored: [], committed: 0, living: 0 }),
        });
        await expect(started).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
      });
    });
  });
}
