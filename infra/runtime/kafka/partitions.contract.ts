import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Kafka, KafkaAdmin, OutRecord } from "./ports.ts";
import { counterTask, until } from "./testing/contract-support.ts";

interface ContractSetting {
  readonly kafka: Kafka;
  /** Topics of this prefix are the test's own. */
  readonly prefix: string;
}

/** What every adapter must do for a change of the number of partitions. */
export function partitionsContract(name: string, open: () => Promise<ContractSetting>): void {
  describe(`${name} keeps the contract of partitions that are added`, () => {
    let kafka: Kafka;
    let prefix: string;
    let admin: KafkaAdmin;
    const cleanup: (() => Promise<void>)[] = [];
    beforeEach(async () => {
      ({ kafka, prefix } = await open());
      admin = await kafka.admin();
    });
    afterEach(async () => {
      for (const close of cleanup.splice(0).reverse()) await close();
      await admin.close();
    });

    const make = async (label: string, partitions = 2): Promise<string> => {
      const topic = prefix + label;
      await admin.ensureTopics([{ topic, partitions }]);
      return topic;
    };
    const write = async (topic: string, ...places: readonly (readonly [string, number])[]): Promise<void> => {
      const producer = await kafka.producer();
      const record = ([value, partition]: readonly [string, number]): OutRecord => ({
        ...{ topic, partition, key: Buffer.from("k"), value: Buffer.from(value) },
      });
      await producer.send(places.map(record));
      await producer.close();
    };

    test("a topic takes more and keeps its records; fewer are refused", async () => {
      const topic = await make("grown");
      const other = await make("as-it-is", 3);
      const id = await admin.topicId(topic);
      await write(topic, ["a", 0], ["b", 1]);
      for (let n = 0; n < 2; n++) {
        await admin.growTopics([
          { topic, partitions: 5 },
          { topic: other, partitions: 3 },
        ]);
      }
      const counts = await admin.partitionCounts([topic, other, `${topic}.nowhere`]);
      expect(counts).toEqual(
        new Map([
          [topic, 5],
          [other, 3],
        ]),
      );
      await write(topic, ["c", 4]);
      expect(await admin.endOffsets(topic)).toEqual([1, 1, 0, 0, 1]);
      expect(await admin.topicId(topic)).toBe(id);
      const fewer = admin.growTopics([{ topic, partitions: 4 }]);
      await expect(fewer).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
    });

    test("a processor is in an active group until it stops, and begins again when its producers are fenced", async () => {
      const [input, output, stateTopic] = [await make("in"), await make("out"), await make("state")];
      const group = `${prefix}group`;
      const counted = { failures: 0, restored: [], committed: 0, living: 0 };
      const processor = await kafka.processor({
        ...{ group, inputs: [input], stateTopic, outputs: [output] },
        task: (partition) => counterTask({ output, stateTopic }, partition, counted),
      });
      let stopped: Promise<void> | undefined;
      const stop = (): Promise<void> => {
        stopped ??= processor.stop();
        return stopped;
      };
      cleanup.push(stop);
      await write(input, ["a", 0]);
      await until(() => counted.committed === 1);
      const active = async (): Promise<readonly string[]> =>
        (await admin.activeGroups()).flatMap((one) => (one.clients.length > 0 ? [one.group] : []));
      expect(await active()).toContain(group);
      const ours = (await admin.activeGroups()).find((one) => one.group === group);
      expect(ours?.topics).toEqual([input]);
      await admin.fence([0, 1].map((partition) => `${group}-${input}-${partition}`));
      await write(input, ["b", 0]);
      await until(() => counted.committed === 2);
      expect(counted.restored).toContain("0:1");
      await stop();
      expect(await active()).not.toContain(group);
    });
  });
}
