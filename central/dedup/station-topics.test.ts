import { expect, test } from "vitest";
import type { TopicSpec } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { STATIONS } from "../../schemas/network/network.ts";
import { stationTopicSettings } from "../../schemas/topic-settings.ts";
import { StationTopics } from "./station-topics.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function watched(fail = 0) {
  const made: string[][] = [];
  let failures = fail;
  const ensureTopics = async (specs: readonly TopicSpec[]): Promise<void> => {
    if (failures-- > 0) throw new Error("no broker");
    made.push(specs.map((spec) => spec.topic));
  };
  const topics = new StationTopics({
    admin: { ensureTopics },
    specs: stationTopicSettings("t."),
    logger: silentLogger,
  });
  return { topics, made };
}

test("a station's two topics are made before its first reading is written", async () => {
  const { topics, made } = watched();
  await topics.prepare([40380]);
  expect(made[0]).toEqual([
    "t.org.chicago.cta.station.arrivals.40380",
    "t.org.chicago.cta.station.turnstiles.40380",
  ]);
  expect(topics.prepare([40380])).toBeUndefined();
  await topics.stop();
});

test("after the first, all others follow in the background, each once", async () => {
  const { topics, made } = watched();
  await topics.prepare([40380]);
  await Promise.all([topics.prepare([40370]), topics.prepare([40370, 40900])]);
  for (let i = 0; i < 100; i++) await turn();
  expect(made.flat()).toHaveLength(2 * STATIONS.length);
  expect(new Set(made.flat()).size).toBe(2 * STATIONS.length);
  expect(topics.prepare(STATIONS.map((s) => s.id))).toBeUndefined();
});

test("a failure is the caller's, and the next reading tries again", async () => {
  const { topics, made } = watched(1);
  await expect(topics.prepare([40380])).rejects.toThrow("no broker");
  await topics.prepare([40380]);
  expect(made[0]).toHaveLength(2);
  await topics.stop();
});

test("a station of which a topic was deleted is made again before its next reading", async () => {
  const { topics, made } = watched();
  await topics.prepare([40380]);
  for (let i = 0; i < 100; i++) await turn();
  const all = stationTopicSettings("t.").map((spec) => spec.topic);
  made.length = 0;
  topics.found(new Set(all.filter((topic) => topic !== "t.org.chicago.cta.station.turnstiles.40380")));
  expect(topics.prepare([40370])).toBeUndefined();
  await topics.prepare([40370, 40380]);
  expect(made.flat().toSorted()).toEqual([
    "t.org.chicago.cta.station.arrivals.40380",
    "t.org.chicago.cta.station.turnstiles.40380",
  ]);
  await topics.stop();
});

test("stations whose topics were there at the start are not asked for again", async () => {
  const specs = stationTopicSettings("t.");
  const asked: string[] = [];
  const topics = new StationTopics({
    admin: { ensureTopics: async (wanted) => void asked.push(...wanted.map((spec) => spec.topic)) },
    specs,
    existing: new Set(specs.slice(2).map((spec) => spec.topic)),
    logger: silentLogger,
  });
  await topics.prepare(STATIONS.map((station) => station.id));
  await topics.stop();
  expect(asked).toEqual(specs.slice(0, 2).map((spec) => spec.topic));
});
