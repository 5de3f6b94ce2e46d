import { expect, test } from "vitest";
import {
  BUILT_IN_LIMITS,
  topicSettings,
  topicsByKey,
  topicsByStation,
} from "../../../schemas/topic-settings.ts";
import { TOPICS } from "../../../schemas/topics.ts";
import { asTheyAre, partitionNumbers, partitionsInForce } from "./partitions.ts";
import { memoryKafka } from "./testing/memory.ts";

const byStation = topicsByStation(TOPICS);

async function cluster(partitions: number) {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  await admin.ensureTopics(topicSettings(TOPICS, { ...BUILT_IN_LIMITS, partitions }));
  return admin;
}

test("every topic with several partitions is either by station or by key", () => {
  const several = topicSettings(TOPICS, { ...BUILT_IN_LIMITS, partitions: 7 }).filter(
    (one) => one.partitions > 1,
  );
  expect([...byStation, ...topicsByKey(TOPICS)].sort()).toEqual(several.map(({ topic }) => topic).sort());
});

test("a change goes through the topics in their order: until the last of them the old number is in force, and nothing starts", async () => {
  const admin = await cluster(2);
  expect(await partitionNumbers(admin, TOPICS)).toEqual({ inForce: 2, changingTo: undefined });
  for (const topic of byStation.slice(0, -1)) {
    await admin.growTopics([{ topic, partitions: 6 }]);
    expect(await partitionNumbers(admin, TOPICS)).toEqual({ inForce: 2, changingTo: 6 });
    await expect(partitionsInForce(admin, TOPICS)).rejects.toMatchObject({
      code: "KAFKA_TOPIC_MISMATCH",
      message: expect.stringMatching(/from 2 to 6 .*npm run partitions -- --to 6/),
    });
  }
  await admin.growTopics([{ topic: TOPICS.raw, partitions: 6 }]);
  expect(await partitionsInForce(admin, TOPICS)).toBe(6);
});

test("numbers that no change leaves behind are none", async () => {
  const admin = await cluster(2);
  await admin.growTopics([{ topic: TOPICS.dedupState, partitions: 6 }]);
  await expect(partitionNumbers(admin, TOPICS)).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
  await admin.growTopics(byStation.map((topic) => ({ topic, partitions: topic === TOPICS.raw ? 8 : 6 })));
  await expect(partitionNumbers(admin, TOPICS)).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
});

test("a system that has another number than the built-in one is verified by its own", async () => {
  const admin = await cluster(2);
  for (const topic of byStation) await admin.growTopics([{ topic, partitions: 6 }]);
  const settings = await asTheyAre(
    admin,
    TOPICS,
    topicSettings(TOPICS, { ...BUILT_IN_LIMITS, partitions: 4 }),
  );
  await admin.ensureTopics(settings);
  const numbers = Object.fromEntries(settings.map(({ topic, partitions }) => [topic, partitions]));
  expect(byStation.map((topic) => numbers[topic])).toEqual(byStation.map(() => 6));
  expect(topicsByKey(TOPICS).map((topic) => numbers[topic])).toEqual([2, 2, 2]);
  expect(numbers[TOPICS.audit]).toBe(1);
});
