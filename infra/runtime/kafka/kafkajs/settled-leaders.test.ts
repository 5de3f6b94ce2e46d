import { createErrorFromCode } from "kafkajs/src/protocol/error.js";
import { expect, test } from "vitest";
import type { TopicPartition } from "../loop/ports.ts";
import { SettledLeaders } from "./settled-leaders.ts";

const LEADER_NOT_AVAILABLE = 5;
const ONE = { topic: "raw", partition: 0, leaderEpoch: 3 };
const OTHER = { topic: "raw", partition: 1, leaderEpoch: 7 };
const named = (places: readonly TopicPartition[]): string[] =>
  places.map(({ partition }) => `raw-${partition}`);

test("a partition counts once its leader has told where it ends, and is not asked for again", async () => {
  const asked: (readonly TopicPartition[])[] = [];
  let knows = false;
  const leaders = new SettledLeaders(async (places) => {
    asked.push(places);
    if (!knows) throw createErrorFromCode(LEADER_NOT_AVAILABLE);
  });
  expect(await leaders.among(1, [ONE])).toEqual([]);
  knows = true;
  expect(await leaders.among(1, [ONE])).toEqual([ONE]);
  knows = false;
  expect(await leaders.among(1, [ONE, OTHER])).toEqual([ONE]);
  expect(asked.map(named)).toEqual([["raw-0"], ["raw-0"], ["raw-1"]]);
});

test("another leader of a partition is asked again, and so is the same one when it may have lost it meanwhile", async () => {
  let asked = 0;
  const leaders = new SettledLeaders(async () => void asked++);
  for (const leader of [1, 2]) await leaders.among(leader, [ONE, OTHER]);
  expect(asked).toBe(2);
  leaders.forget(ONE);
  await leaders.among(2, [OTHER]);
  expect(asked).toBe(2);
  await leaders.among(2, [ONE, OTHER]);
  expect(asked).toBe(3);
});

test("a broker that leads a partition again is asked again, though it was one that knew", async () => {
  let asked = 0;
  const leaders = new SettledLeaders(async () => void asked++);
  await leaders.among(1, [ONE]);
  await leaders.among(2, [{ ...ONE, leaderEpoch: 4 }]);
  await leaders.among(1, [{ ...ONE, leaderEpoch: 5 }]);
  await leaders.among(1, [{ ...ONE, leaderEpoch: 7 }]);
  expect(asked).toBe(4);
});

test("a connection that breaks is no answer: the look fails, and the next one begins with a new client", async () => {
  const leaders = new SettledLeaders(async () => {
    throw new Error("read ECONNRESET");
  });
  await expect(leaders.among(1, [ONE])).rejects.toThrow("ECONNRESET");
});
