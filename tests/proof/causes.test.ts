import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../infra/runtime/random.ts";
import type { ReadingBatch, Run } from "../../schemas/readings.ts";
import { first, slowedKafka } from "./calm/lagging-kafka.ts";
import { ONE, Scene, sceneWithPast } from "./scenes/scene.ts";

/*
 * Attempts to fool the auditor: what has a cause breaks nothing, what has none does; and what is legal is neither.
 */
let scene: Scene;
beforeEach(async () => {
  scene = await sceneWithPast();
});
afterEach(() => scene.close());

/** A run that no gateway lets through, and that dedup refuses: a turnstile that saw a train. */
function arrivalOfATurnstile({ runs }: ReadingBatch): Run {
  const arrival = { trainId: "X1", status: "in_service", prevStationId: null, prevDirection: null } as const;
  const [reading] = runs[0]?.readings ?? [];
  if (!reading) throw new RangeError("a batch without readings");
  return { deviceId: "40900-T3", bootId: 1_700_000_000, firstSeq: 1, readings: [{ ...reading, arrival }] };
}

describe("causes", () => {
  test("ten set aside by the agent excuse these ten, and not ten others of the same device", async () => {
    scene.strike("dedup's input", "whole batch gone", ONE, 10);
    await scene.step();
    scene.field.press(ONE, 10);
    scene.field.collect();
    for (let n = 0; n < 10; n++) scene.field.device(ONE).quarantine();
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "lost", hop: "dedup", deviceId: ONE, ranges: [{ from: 11, to: 20 }], cause: null },
      { kind: "lost", deviceId: ONE, ranges: [{ from: 21, to: 30 }], cause: "quarantine" },
    ]);
  });

  test("what a full ring refused has no number, and is told", async () => {
    scene.field.device(ONE).refuse(7);
    scene.field.press(ONE, 3);
    await scene.traffic(20, 30);
    expect((await scene.verdict()).turnstiles.lostBy["ring-full"]).toBe(7);
    expect(await scene.open()).toEqual([]);
  });

  test("dedup's dead letter of one run of a batch excuses no other run of it", async () => {
    scene.strike("dedup's input", "lost 1", ONE, 10);
    scene.field.collect();
    await scene.field.publish((batch) => [
      batch.stationId === 40900 ? { ...batch, runs: [...batch.runs, arrivalOfATurnstile(batch)] } : batch,
    ]);
    await scene.traffic(20, 30);
    expect(await scene.said()).toContainEqual(
      expect.objectContaining({ kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }], cause: null }),
    );
  });

  test("a dead letter whose bytes cannot be read excuses no reading", async () => {
    scene.field.press(ONE, 20);
    scene.field.collect();
    await scene.field.publish((batch) => {
      scene.world.kafka.append([scene.pipeline.wire.deadLetter(batch, false)]);
      return [];
    });
    await scene.traffic(20, 30);
    expect(await scene.open()).toMatchObject([
      { kind: "lost", deviceId: ONE, ranges: [{ from: 11, to: 30 }] },
    ]);
  });

  test("a dead letter of readings that came through loses nothing", async () => {
    scene.field.press(ONE, 20);
    scene.field.collect();
    await scene.field.publish((batch) => {
      scene.world.kafka.append([scene.pipeline.wire.deadLetter(batch, true)]);
      return [batch];
    });
    await scene.traffic(20, 30);
    expect(await scene.said()).toEqual([]);
    expect((await scene.verdict()).turnstiles).toMatchObject({ lost: 0, unexplained: 0 });
  });
});

describe("what is legal", () => {
  test("rows of one transaction of the sums, read one by one", async () => {
    await scene.close();
    const { turnstileSummary } = scene.pipeline.topics;
    scene = await Scene.open({
      auditors: (kafka) =>
        slowedKafka(kafka, (looked) => (looked.topic === turnstileSummary ? first(looked, 1) : looked)),
    });
    await scene.traffic(20, 30);
    await scene.pass(60);
    expect(await scene.said()).toEqual([]);
    expect((await scene.verdict()).state).toBe("holds");
  });

  test("batches again and again, cut elsewhere, among newer ones", async () => {
    const random = seededRandom(1, "sent again");
    for (let n = 0; n < 40; n++) {
      scene.field.press(ONE, 3);
      await scene.field.again(random);
      await scene.step();
    }
    expect(await scene.said()).toEqual([]);
    expect((await scene.verdict()).turnstiles.repeated).toBeGreaterThan(0);
  });

  test("an old boot's readings, late behind the new boot's", async () => {
    const device = scene.field.device(ONE);
    scene.field.press(ONE, 5);
    const old = device.ring.splice(0);
    device.reboot();
    scene.field.press(ONE, 5);
    const fresh = device.ring.splice(0);
    device.ring.push(...old, ...fresh);
    scene.field.collect();
    device.outbox.push(...device.outbox.splice(0, 5));
    await scene.traffic(20, 30);
    expect(await scene.said()).toEqual([]);
  });
});
