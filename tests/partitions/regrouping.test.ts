import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GrowthOptions, grow } from "../../infra/operator/partitions/growth.ts";
import { partitionNumbers, partitionsInForce } from "../../infra/runtime/kafka/partitions.ts";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { AUDIT_KEYS } from "../../schemas/audit.ts";
import { partitionOf } from "../../schemas/topics.ts";
import { ONE, OTHER, Scene, SENSOR } from "../proof/scenes/scene.ts";
import { copyOf } from "../proof/world/wire.ts";
import { KilledAfter, killedAfter } from "./killed.ts";
import { countsOf, stateOf } from "./left.ts";

/*
 * More partitions in the middle of a system's life: what was counted before and after is counted once, the auditor finds
 * nothing, and what comes again from before is known.
 */
let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open();
  for (const id of [ONE, OTHER, SENSOR]) scene.field.press(id, 10);
  await scene.traffic(20, 3);
  await scene.pass(3);
});
afterEach(() => scene.close());

const options = (to: number, kafka: Kafka = scene.world.kafka): GrowthOptions => ({
  ...{ kafka, prefix: scene.world.prefix, to, quietMs: 0, say: () => {} },
  clock: { now: () => scene.world.clock.now(), sleep: async () => {} },
});

/** Everything stops, there are so many, everything begins again. */
async function regrouped(to: number): Promise<void> {
  await scene.pipeline.stop();
  await grow(options(to));
  await begun(to);
}

async function begun(to: number): Promise<void> {
  scene.pipeline.wire.regroup(to);
  await scene.pipeline.start();
}

async function expectWhole(): Promise<void> {
  await scene.pass(5);
  expect(await scene.said()).toEqual([]);
  expect((await scene.verdict()).state).toBe("holds");
  const { presses, clean, summed } = countsOf(scene);
  expect(clean).toEqual(presses);
  expect(summed).toEqual(presses);
}

describe("more partitions", () => {
  test.each([3, 6])("2 to %i: each press once, before and after, and nothing is found", async (to) => {
    await regrouped(to);
    for (const id of [ONE, OTHER, SENSOR]) scene.field.press(id, 7);
    await scene.traffic(20, 5);
    await expectWhole();
    const moved = [...scene.field.devices].filter(
      ({ stationId }) => partitionOf(stationId, 2) !== partitionOf(stationId, to),
    );
    expect(moved.length, "the test moved stations").toBeGreaterThan(5);
  });

  test("what was counted before and comes again is dropped", async () => {
    await regrouped(6);
    const random = seededRandom(4);
    for (let n = 0; n < 20; n++) await scene.field.again(random);
    await scene.traffic(20, 3);
    await expectWhole();
    expect((await scene.verdict()).turnstiles.repeated).toBeGreaterThan(0);
  });

  test("again and again, with restarts in between", async () => {
    await regrouped(3);
    await scene.traffic(20, 3);
    await scene.pass(3);
    await scene.restart();
    await scene.traffic(20, 3);
    await scene.pass(3);
    await regrouped(8);
    await scene.traffic(20, 3);
    await scene.pass(3);
    await scene.restart();
    await scene.traffic(20, 3);
    await expectWhole();
  });

  test("a loss after it has its name", async () => {
    await regrouped(6);
    await scene.traffic(20, 2);
    scene.strike("dedup's input", "lost 1", ONE, 10);
    await scene.traffic(20, 8);
    expect(await scene.said()).toMatchObject([
      { kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] },
    ]);
  });

  test("a sum that is wrong after it is said of its station, though its offsets begin again", async () => {
    await regrouped(6);
    await scene.traffic(20, 2);
    scene.strike("query's input", "lost 1", ONE, 10);
    await scene.traffic(20, 8);
    expect(await scene.said()).toMatchObject([{ kind: "miscounted", stationId: 40900, readings: -1 }]);
  });

  test("an auditor that was killed before it wrote down what it had read begins where the number changed", async () => {
    const { topics, producer } = scene.pipeline;
    const [early] = scene.records(topics.audit).filter(({ key }) => key?.toString() === "checkpoint");
    await scene.pipeline.stop();
    // As though all later ones had not been written.
    if (early) await producer.send([copyOf(early)]);
    await grow(options(6));
    await begun(6);
    await scene.traffic(20, 5);
    await scene.pass(6);
    expect(await scene.said()).toEqual([]);
    expect((await scene.verdict()).state).toBe("holds");
  });

  test("an auditor that knows nothing of before begins where the number changed", async () => {
    await scene.close();
    scene = await Scene.open({ audited: false });
    for (const id of [ONE, OTHER, SENSOR]) scene.field.press(id, 10);
    await scene.traffic(20, 5);
    await scene.pass(4);
    await regrouped(6);
    await scene.traffic(20, 5);
    await scene.pass(5);
    expect(await scene.said()).toEqual([]);
    expect((await scene.verdict()).state).toBe("holds");
  });
});

describe("killed after each step", () => {
  test("it goes on when it is called again, and nothing starts in between", async () => {
    await scene.pipeline.stop();
    let steps = 0;
    for (let allowed = 0; ; allowed++) {
      const killed = killedAfter(scene.world.kafka, allowed);
      try {
        await grow(options(6, killed));
        steps = allowed;
        break;
      } catch (error) {
        expect(error).toBeInstanceOf(KilledAfter);
      }
      const admin = await scene.world.kafka.admin();
      const { inForce, changingTo } = await partitionNumbers(admin, scene.pipeline.topics);
      expect(inForce).toBe(2);
      if (changingTo === undefined) continue;
      // Gateway and auditor ask the same question first.
      const refusal = { code: "KAFKA_TOPIC_MISMATCH", message: expect.stringMatching(/--to 6 goes on/) };
      await expect(partitionsInForce(admin, scene.pipeline.topics)).rejects.toMatchObject(refusal);
      await expect(scene.pipeline.startStage("dedup")).rejects.toMatchObject(refusal);
    }
    expect(steps, "so many steps were there to be killed after").toBeGreaterThan(10);
    expect(stateOf(scene).misplaced).toEqual([]);
    await begun(6);
    await scene.traffic(20, 5);
    await expectWhole();
  });

  test("each kill alone comes to the same state", async () => {
    await scene.pipeline.stop();
    const before = stateOf(scene).stations;
    for (let allowed = 0; allowed < 40; allowed += 3) {
      const to = 4 + allowed;
      await grow(options(to, killedAfter(scene.world.kafka, allowed))).catch(() => {});
      await grow(options(to));
      expect(stateOf(scene)).toEqual({ stations: before, misplaced: [] });
    }
  });
});

describe("refused", () => {
  const refused = async (text: RegExp): Promise<void> => {
    await expect(grow(options(6))).rejects.toMatchObject({
      code: "PARTITIONS_IN_USE",
      message: expect.stringMatching(text),
    });
    const admin = await scene.world.kafka.admin();
    expect(await partitionNumbers(admin, scene.pipeline.topics)).toEqual({
      inForce: 2,
      changingTo: undefined,
    });
  };

  test("while dedup or a query runs", async () => {
    await refused(/dedup runs: .*a query of ksql runs: /);
    await scene.pipeline.stopStage("dedup");
    await refused(/^a query of ksql runs: /);
  });

  test("while something is written", async () => {
    await scene.pipeline.stop();
    const clock = { ...options(6).clock, sleep: () => scene.field.tell() };
    await expect(grow({ ...options(6), clock })).rejects.toMatchObject({
      code: "PARTITIONS_IN_USE",
      message: expect.stringMatching(/^somebody writes org\.chicago\.cta\.devices: stop /),
    });
  });

  test("with raw records that dedup has not read, clean ones that the query has not, or that the auditor has not", async () => {
    await scene.pipeline.stopStage("audit");
    scene.field.press(ONE, 1);
    await scene.step();
    await scene.pipeline.stopStage("ksql");
    scene.field.press(ONE, 1);
    await scene.step();
    await scene.pipeline.stop();
    await refused(
      /^the query with the state \S+ has not read all of \S+turnstiles-\d; .*; the auditor has not read all of/,
    );
    scene.field.press(ONE, 1);
    await scene.step();
    await refused(/^dedup has not read all of \S+raw-\d; /);
  });

  test("fewer, and another number than a change that is under way", async () => {
    await scene.pipeline.stop();
    await expect(grow(options(1))).rejects.toMatchObject({
      code: "KAFKA_TOPIC_MISMATCH",
      message: expect.stringMatching(/takes none away/),
    });
    await grow(options(6, killedAfter(scene.world.kafka, 2))).catch(() => {});
    await expect(grow(options(8))).rejects.toMatchObject({
      message: expect.stringMatching(/-- --to 6 goes on/),
    });
    expect(await grow(options(6))).toMatchObject({ from: 2, to: 6 });
    expect(await grow(options(6))).toEqual({ from: 6, to: 6, stations: 0, records: 0 });
  });
});

test("what reads other systems' topics may run meanwhile", async () => {
  await scene.pipeline.stop();
  const { kafka } = scene.world;
  const admin = await kafka.admin();
  await admin.ensureTopics([
    { topic: "theirs", partitions: 2 },
    { topic: "theirs-changelog", partitions: 2 },
  ]);
  const group = "_elevated-ksql-other_query_CTAS_C_1";
  const task = { restore: () => {}, process: async () => [] };
  const theirs = await kafka.processor({
    ...{ group, inputs: ["theirs"], stateTopic: "theirs-changelog", outputs: [], task: () => task },
  });
  expect(await grow(options(6))).toMatchObject({ from: 2, to: 6 });
  await theirs.stop();
});

test("a dedup or a query that was held up before the change commits nothing after it", async () => {
  const { kafka, prefix } = scene.world;
  const { raw, turnstiles } = scene.pipeline.topics;
  const query = `_elevated-ksql-${prefix}query_CTAS_TURNSTILE_SUMMARY_1`;
  const ids = [0, 1].flatMap((partition) => [
    `dedup-${raw}-${partition}`,
    `${query}-${turnstiles}-${partition}`,
  ]);
  const epochs = ids.map((id) => kafka.coordinator.describe(id)?.producerEpoch ?? -1);
  await scene.pipeline.stop();
  await grow(options(6));
  for (const [n, id] of ids.entries()) {
    const epoch = epochs[n] ?? -1;
    expect(epoch, id).toBeGreaterThanOrEqual(0);
    expect(() => kafka.coordinator.begin(id, epoch, [])).toThrow(/another's/);
  }
});

test("the auditor's topic says what changed, and where", async () => {
  await scene.pipeline.stop();
  const ends = scene
    .records(scene.pipeline.topics.raw)
    .reduce<number[]>(
      (all, { partition, offset }) => all.with(partition, Math.max(all[partition] ?? 0, offset + 1)),
      [0, 0],
    );
  await grow(options(6));
  const said = scene
    .records(scene.pipeline.topics.audit)
    .findLast(({ key }) => key?.toString() === AUDIT_KEYS.regrouping);
  expect(JSON.parse(said?.value?.toString() ?? "{}")).toMatchObject({
    ...{ from: 2, to: 6 },
    ends: { [scene.pipeline.topics.raw]: ends },
  });
});
