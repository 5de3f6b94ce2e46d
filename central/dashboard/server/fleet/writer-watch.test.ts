import { expect, test } from "vitest";
import type { Kafka, KafkaAdmin } from "../../../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../../../infra/runtime/kafka/testing/memory.ts";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import { WriterWatch } from "./writer-watch.ts";

function watched() {
  const clock = new ManualClock();
  const memory = memoryKafka();
  const says = {
    committed: null as readonly number[] | null,
    ends: [0, 0] as readonly number[],
    away: false,
    topicId: "first",
  };
  const kafka: Kafka = {
    ...memory,
    async admin(): Promise<KafkaAdmin> {
      if (says.away) throw new Error("away");
      return {
        ...(await memory.admin()),
        committedOffsets: async () => {
          if (says.away) throw new Error("away");
          return says.committed;
        },
        endOffsets: async () => says.ends,
        topicId: async () => says.topicId,
      };
    },
  };
  const watch = new WriterWatch({ kafka, clock, group: "g", topic: "t" });
  const look = async (): Promise<void> => {
    clock.advance(2_000);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, says, look };
}

test("the rate is what the group committed, the lag what is beyond it", async () => {
  const { watch, says, look } = watched();
  await look();
  expect(watch.view).toEqual({ rate: null, waiting: null });
  says.committed = [100, 50];
  says.ends = [110, 52];
  await look();
  expect(watch.view).toEqual({ rate: null, waiting: 12 });
  says.committed = [300, 52];
  await look();
  expect(watch.view).toEqual({ rate: 101, waiting: 0 });
});

test("a topic made again has no rate that leads from the old one's offsets", async () => {
  const { watch, says, look } = watched();
  says.committed = [100, 0];
  says.ends = [100, 0];
  await look();
  await look();
  expect(watch.view).toEqual({ rate: 0, waiting: 0 });
  says.topicId = "second";
  says.committed = [10, 0];
  says.ends = [250, 0];
  await look();
  expect(watch.view).toEqual({ rate: null, waiting: 240 });
});

test("while Kafka is away nothing is known, and then again", async () => {
  const { watch, says, look } = watched();
  says.committed = [1, 0];
  says.ends = [2, 0];
  await look();
  says.away = true;
  await look();
  expect(watch.view).toEqual({ rate: null, waiting: null });
  says.away = false;
  await look();
  expect(watch.view).toEqual({ rate: null, waiting: 1 });
});
