import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { InRecord, OutRecord } from "../../infra/runtime/kafka/ports.ts";
import { HEADERS } from "../../schemas/topics.ts";
import { slowedKafka } from "./calm/lagging-kafka.ts";
import { ONE, OTHER, Scene, SENSOR, sceneWithPast } from "./scenes/scene.ts";
import { copyOf, nameOf, renamed } from "./world/wire.ts";

/*
 * Attempts to fool the auditor: what somebody forges, or dedup writes otherwise than it read it.
 */
let scene: Scene;
beforeEach(async () => {
  scene = await sceneWithPast();
});
afterEach(() => scene.close());

/** The clean record of a reading. */
function clean(deviceId: string, seq: number): InRecord {
  const { arrivals, turnstiles } = scene.pipeline.topics;
  const record = [arrivals, turnstiles]
    .flatMap((topic) => scene.records(topic))
    .find((one) => nameOf(one).deviceId === deviceId && nameOf(one).seq === seq);
  if (!record) throw new RangeError(`no clean record ${seq} of ${deviceId}`);
  return record;
}

const forge = (...records: OutRecord[]): Promise<unknown> => scene.pipeline.producer.send(records);

describe("forged clean records", () => {
  test("of a number that raw will have: doubled once the real one comes, or not expected before", async () => {
    const name = nameOf(clean(ONE, 10));
    await forge(renamed(copyOf(clean(ONE, 10)), { ...name, seq: 11 }));
    await scene.pass(10);
    scene.field.press(ONE, 5);
    await scene.pass(20);
    const said = await scene.said();
    expect(said.length).toBeGreaterThan(0);
    for (const one of said)
      expect(one).toMatchObject({ deviceId: ONE, ranges: [{ from: 11, to: 11 }], cause: null });
  });

  test.each([
    ["a number that never comes", { seq: 5_000 }],
    ["a boot that never was", { bootId: 4_000_000_000, seq: 1 }],
    ["a device of this station that never spoke", { deviceId: "40900-T9", seq: 1 }],
  ])("of %s", async (_, change) => {
    const name = { ...nameOf(clean(ONE, 10)), ...change };
    await forge(renamed(copyOf(clean(ONE, 10)), name));
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      {
        kind: "unexpected",
        deviceId: name.deviceId,
        ranges: [{ from: name.seq, to: name.seq }],
        cause: null,
      },
    ]);
  });

  test.each([
    ["without a header", {}],
    ["with a header that is none", { [HEADERS.reading]: "40900-T1;1" }],
    ["with sequence 0", { [HEADERS.reading]: "40900-T1;1700000000;0;1" }],
    ["with a negative sequence", { [HEADERS.reading]: "40900-T1;1700000000;-3;1" }],
    [
      "with a sequence beyond all numbers",
      { [HEADERS.reading]: "40900-T1;1700000000;99999999999999999999;1" },
    ],
    ["of a device at no station", { [HEADERS.reading]: "99990-T1;1700000000;1;1" }],
    ["of a name that is no device's", { [HEADERS.reading]: "stranger;1700000000;1;1" }],
  ])("%s: named by topic, partition and offset", async (_, headers) => {
    const record = clean(ONE, 10);
    const [written] = await scene.pipeline.producer.send([{ ...copyOf(record), headers }]);
    await scene.traffic(20, 30);
    const { topic, partition } = record;
    const evidence = { topic, partition, offset: written?.offset };
    const open = await scene.open();
    expect(open.length).toBeGreaterThan(0);
    for (const finding of open) expect(finding.evidence, JSON.stringify(finding)).toContainEqual(evidence);
  });

  test("in the other partition: named where it is", async () => {
    const { partition, topic, ...rest } = copyOf(clean(ONE, 10));
    const [written] = await scene.pipeline.producer.send([
      { ...rest, topic, partition: 1 - (partition ?? 0) },
    ]);
    await scene.traffic(20, 30);
    const evidence = { topic, partition: 1 - (partition ?? 0), offset: written?.offset };
    const open = await scene.open();
    expect(open.length).toBeGreaterThan(0);
    for (const finding of open) {
      expect(finding).toMatchObject({ deviceId: ONE, ranges: [{ from: 10, to: 10 }] });
      expect(finding.evidence, JSON.stringify(finding)).toContainEqual(evidence);
    }
  });
});

describe("records that dedup writes otherwise than it read them", () => {
  test.each([
    ["an entry of another line", ONE, "blue"],
    ["an arrival of another train", SENSOR, "XX999"],
  ])("%s", async (_, deviceId, text) => {
    scene.injector.alter(deviceId, 13, text);
    scene.field.press(deviceId, 5);
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "altered", hop: "dedup", deviceId, ranges: [{ from: 13, to: 13 }], cause: null },
    ]);
  });

  test("one lost and one doubled in the same batch", async () => {
    scene.strike("dedup's output", "lost 1", ONE, 10);
    scene.strike("dedup's output", "doubled 1", ONE, 10);
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "doubled", deviceId: ONE, ranges: [{ from: 25, to: 25 }] },
      { kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] },
    ]);
  });

  test("one of each station in the other's place", async () => {
    scene.strike("dedup's output", "moved to another station", ONE, 3, OTHER);
    scene.strike("dedup's output", "moved to another station", OTHER, 3, ONE);
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "moved", deviceId: ONE, ranges: [{ from: 12, to: 12 }] },
      { kind: "moved", deviceId: OTHER, ranges: [{ from: 12, to: 12 }] },
    ]);
  });
});

test("a swapped pair whose clean records are read before their raw record", async () => {
  await scene.close();
  const { raw } = scene.pipeline.topics;
  let looks = 0;
  scene = await Scene.open({
    auditors: (kafka) =>
      slowedKafka(kafka, (looked) => (looked.topic === raw && looks++ % 20 < 16 ? undefined : looked)),
  });
  await scene.traffic(20, 10);
  scene.strike("dedup's output", "swapped pair", ONE, 10);
  await scene.traffic(20, 60);
  expect(await scene.said()).toMatchObject([{ kind: "out-of-order", hop: "dedup", deviceId: ONE }]);
});

describe("the stations' own topics", () => {
  test.each([
    ["lost 1", "lost", 25],
    ["doubled 1", "doubled", 25],
    ["swapped pair", "out-of-order", 25],
    ["moved to another station", "moved", 25],
  ] as const)("%s in the copy alone", async (fault, kind, seq) => {
    await scene.close();
    scene = await Scene.open({ perStation: true });
    scene.field.press(ONE, 20);
    await scene.traffic(20, 5);
    scene.strike("dedup's copies", fault, ONE, 10, OTHER);
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind, hop: "station-topic", deviceId: ONE, ranges: [{ from: seq, to: seq }], cause: null },
    ]);
  });

  test("nothing is found where nothing is wrong", async () => {
    await scene.close();
    scene = await Scene.open({ perStation: true });
    await scene.traffic(50, 30);
    await scene.restart();
    await scene.traffic(50, 10);
    expect(await scene.said()).toEqual([]);
  });
});
