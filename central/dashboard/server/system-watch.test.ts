import { expect, test } from "vitest";
import { ManualClock } from "../../../infra/runtime/testing/manual-clock.ts";
import { watchSystem } from "./system-watch.ts";

async function downWith(parts: Readonly<Record<string, string>>, askKafka = async () => {}) {
  const clock = new ManualClock();
  const listed = Object.entries(parts).map(([name, state]) => ({ name, state, ms: null }));
  const get = async (): Promise<unknown> => ({ parts: listed });
  const watched = watchSystem({ supervisorUrl: "http://s", ksql: null, askKafka, clock, get });
  await new Promise((resolve) => setImmediate(resolve));
  watched.stop();
  return watched.down;
}

test("what readings pass is down when it is not ready; what they do not pass may be missing", async () => {
  expect(await downWith({ kafka: "ready", gateway: "restarting", connect: "failed" })).toEqual(["gateway"]);
  expect(await downWith({ kafka: "restarting" })).toEqual(["kafka"]);
});

test("of three brokers one is not missed, two are", async () => {
  expect(await downWith({ kafka: "ready", "kafka-2": "stopped", "kafka-3": "ready" })).toEqual([]);
  expect(await downWith({ kafka: "stopped", "kafka-2": "restarting", "kafka-3": "ready" })).toEqual([
    "kafka",
    "kafka-2",
  ]);
});

test("a broker that is gone is named while Kafka as a whole does not answer", async () => {
  const silent = (): Promise<void> => Promise.reject(new Error("no leader"));
  const parts = { kafka: "ready", "kafka-2": "restarting", "kafka-3": "ready" };
  expect(await downWith(parts, silent)).toContain("kafka-2");
});
