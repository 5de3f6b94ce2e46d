import { expect, test } from "vitest";
import { memoryKafka } from "../../../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { ManualClock } from "../../../../infra/runtime/testing/manual-clock.ts";
import type { Incident } from "../../../../schemas/page/incidents.ts";
import type { PageState } from "../../../../schemas/page/page.ts";
import { BEGAN, devices, part, situation } from "./testing/situations.ts";
import { IncidentWatch } from "./watch.ts";

const TOPIC = "incidents";
const SILENT = { devices: devices(["40380-T1"], "offline", 5, 4) };

async function watched(given: { state: Partial<PageState> }, isRead = true) {
  const clock = new ManualClock(BEGAN);
  const kafka = memoryKafka(() => clock.now());
  await (await kafka.admin()).ensureTopics([{ topic: TOPIC, partitions: 1 }]);
  const watch = new IncidentWatch({
    ...{ clock, kafka, topic: TOPIC, logger: silentLogger, isRead: () => isRead },
    look: () => situation((clock.now() - BEGAN) / 1_000, given.state),
  });
  return { clock, kafka, watch };
}

/** The newest value of each key, as compaction leaves them. */
function kept(kafka: ReturnType<typeof memoryKafka>): Map<string, Incident | null> {
  return new Map(
    kafka
      .records(TOPIC)
      .map(({ key, value }) => [String(key), value && (JSON.parse(value.toString()) as Incident)] as const),
  );
}

test("nothing is judged before all has been read and each part was ready once; a part that never is does not stop it", async () => {
  const given = { state: { ...SILENT, live: false } as Partial<PageState> };
  const { clock, watch } = await watched(given);
  clock.advance(120_000);
  given.state = { ...SILENT, parts: [part("connect", "starting")] };
  clock.advance(60_000);
  expect(watch.incidents.all()).toEqual([]);
  // What is so at the first look must last for longer.
  clock.advance(15_000);
  expect(watch.incidents.all()).toEqual([]);
  clock.advance(2_000);
  expect(watch.incidents.all()).toHaveLength(1);
  await watch.stop();
});

test("an incident is in Kafka from its beginning to its end, and a process that starts anew goes on with it", async () => {
  const given = { state: {} as Partial<PageState> };
  const { clock, kafka, watch } = await watched(given);
  clock.advance(5_000);
  given.state = SILENT;
  clock.advance(5_000);
  await watch.stop();
  const [[id, incident] = []] = kept(kafka);
  expect(incident).toMatchObject({ id, kind: "device", endedAt: null });

  const next = await watched(given);
  next.watch.take({ kind: "incident", id: id ?? "", value: JSON.stringify(incident) }, false);
  next.watch.take({ kind: "incident", id: "other", value: JSON.stringify(incident) }, false);
  next.watch.take({ kind: "incident", id: id ?? "", value: "{}" }, false);
  expect(next.watch.incidents.all()).toEqual([incident]);
  next.watch.take({ kind: "incident", id: id ?? "", value: null }, true);
  expect(next.watch.incidents.get(id ?? "")).toEqual(incident);
  await next.watch.stop();
});

test("what Kafka does not take is written when it does", async () => {
  const given = { state: {} as Partial<PageState> };
  const { clock, kafka, watch } = await watched(given);
  const { producer } = kafka;
  kafka.producer = () => Promise.reject(new Error("no broker"));
  clock.advance(5_000);
  given.state = SILENT;
  clock.advance(5_000);
  const [incident] = watch.incidents.all();
  const id = incident?.id ?? "";
  expect(watch.incidents.isKept(id)).toBe(false);
  kafka.producer = producer;
  // A send is under way until its promises have settled.
  for (let i = 0; i < 3; i++) {
    await new Promise(setImmediate);
    clock.advance(1_000);
  }
  await watch.stop();
  expect(watch.incidents.isKept(id)).toBe(true);
  expect([...kept(kafka).keys()]).toEqual([id]);
});
