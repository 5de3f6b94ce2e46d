import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Kafka, OutRecord } from "../../infra/runtime/kafka/ports.ts";
import { AUDIT_KEYS } from "../../schemas/audit.ts";
import { first, slowedKafka } from "./calm/lagging-kafka.ts";
import { tamperedKafka } from "./injectors/tampered-kafka.ts";
import { ONE, OTHER, Scene, SENSOR, sceneWithPast } from "./scenes/scene.ts";

/*
 * Attempts to fool the auditor: an auditor that begins, ends, is beside another, or reads what should not be written.
 */
let scene: Scene;
beforeEach(async () => {
  scene = await sceneWithPast();
});
afterEach(() => scene.close());

const forge = (...records: OutRecord[]): Promise<unknown> => scene.pipeline.producer.send(records);

describe("restarts", () => {
  test("an error in the moment before everything stops", async () => {
    scene.strike("dedup's input", "lost 1", ONE, 10);
    scene.field.collect();
    await scene.field.publish();
    await scene.pipeline.stopStage("audit");
    await scene.world.settled();
    await scene.pipeline.startStage("audit");
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] },
    ]);
  });

  test("an error while the auditor is away", async () => {
    await scene.pipeline.stopStage("audit");
    scene.strike("query's input", "lost 1", ONE, 10);
    scene.strike("dedup's input", "lost 1", OTHER, 10);
    await scene.traffic(20, 30);
    await scene.pipeline.startStage("audit");
    await scene.traffic(20, 30);
    expect(await scene.said()).toMatchObject([
      { kind: "miscounted", stationId: 40900, readings: -1 },
      { kind: "lost", deviceId: OTHER, ranges: [{ from: 15, to: 15 }] },
    ]);
  });

  test("what was found is found once, however often it starts", async () => {
    scene.strike("dedup's input", "lost 1", ONE, 10);
    await scene.traffic(20, 20);
    const before = await scene.findings();
    for (let n = 0; n < 5; n++) {
      await scene.pipeline.stopStage("audit");
      await scene.pipeline.startStage("audit");
      await scene.traffic(20, 3);
    }
    expect(before).toHaveLength(1);
    expect((await scene.findings()).map(({ id, firstSeen, ranges }) => ({ id, firstSeen, ranges }))).toEqual(
      before.map(({ id, firstSeen, ranges }) => ({ id, firstSeen, ranges })),
    );
  });

  test("an auditor that begins on a system with a long past finds nothing in it, and sees what comes then", async () => {
    await scene.close();
    scene = await Scene.open({ audited: false });
    scene.strike("dedup's input", "lost 1", ONE, 20);
    await scene.traffic(50, 30);
    // What is older than the audit may have been cut off: the beginning of raw is gone.
    scene.injector.forget(scene.pipeline.topics.raw, 40);
    await scene.pipeline.startStage("audit");
    await scene.traffic(20, 20);
    const accused = (await scene.open()).filter(({ deviceId }) => deviceId !== ONE);
    expect(accused).toEqual([]);
    scene.strike("dedup's input", "lost 1", OTHER, 20);
    await scene.traffic(20, 30);
    expect(await scene.said()).toContainEqual(
      expect.objectContaining({
        kind: "lost",
        hop: "dedup",
        deviceId: OTHER,
        ranges: [{ from: 10, to: 10 }],
      }),
    );
  });
});

test("raw records deleted while the auditor was away, and the clean topic read late: unread, and not lost", async () => {
  await scene.close();
  let deleted = 0;
  const { raw, turnstiles } = scene.pipeline.topics;
  const auditors = (kafka: Kafka): Kafka =>
    slowedKafka(
      tamperedKafka(kafka, {
        start: (topic) => (topic === raw ? deleted : 0),
        read: (records) => records.filter(({ topic, offset }) => topic !== raw || offset >= deleted),
      }),
      (looked) => (looked.topic === turnstiles ? first(looked, 20) : looked),
    );
  scene = await Scene.open({ auditors });
  await scene.traffic(10, 20);
  await scene.pipeline.stopStage("audit");
  await scene.traffic(10, 30);
  deleted = Math.min(
    ...[0, 1].map((partition) => scene.records(raw).filter((r) => r.partition === partition).length),
  );
  await scene.pipeline.startStage("audit");
  await scene.traffic(10, 30);
  expect(new Set((await scene.said()).map(({ kind, hop }) => `${kind} ${hop}`))).toEqual(
    new Set(["unread raw"]),
  );
});

/** As an operator does who deletes a topic and makes it again. */
function makeAgain(topic: string): void {
  const { log } = scene.world.kafka;
  const spec = { topic, partitions: log.partitionCount(topic), config: log.settingsOf(topic) };
  log.remove(topic);
  log.ensure(spec);
}

describe("the raw topic made again", () => {
  const onlyUnread = async (): Promise<void> =>
    expect(new Set((await scene.said()).map(({ kind, hop }) => `${kind} ${hop}`))).toEqual(
      new Set(["unread raw"]),
    );

  test("after a restart: what the new topic holds was not counted before", async () => {
    await scene.pipeline.stopStage("audit");
    await scene.pipeline.startStage("audit");
    await scene.pass(2);
    makeAgain(scene.pipeline.topics.raw);
    await scene.traffic(20, 10);
    await onlyUnread();
  });

  test("while the auditor was away", async () => {
    await scene.pipeline.stopStage("audit");
    // Of these only the clean topic tells when the auditor comes back.
    await scene.traffic(20, 5);
    makeAgain(scene.pipeline.topics.raw);
    await scene.traffic(20, 10);
    await scene.pipeline.startStage("audit");
    await scene.traffic(20, 10);
    await onlyUnread();
  });

  test("and then a restart: dedup's positions in the old topic are none in the new one", async () => {
    await scene.traffic(20, 20);
    makeAgain(scene.pipeline.topics.raw);
    await scene.traffic(20, 2);
    await scene.pipeline.stopStage("audit");
    await scene.pipeline.startStage("audit");
    await scene.traffic(20, 40);
    await onlyUnread();
  });

  test("a loss in the new one has its name", async () => {
    await scene.restart();
    await scene.pass(2);
    makeAgain(scene.pipeline.topics.raw);
    scene.strike("dedup's input", "lost 1", ONE, 10);
    await scene.traffic(20, 30);
    expect(await scene.said()).toContainEqual(
      expect.objectContaining({ kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }], cause: null }),
    );
  });
});

describe("auditors", () => {
  test("two at a time find everything once", async () => {
    const other = scene.pipeline.anotherAuditor();
    await scene.traffic(20, 10);
    scene.strike("dedup's input", "lost 1", ONE, 10);
    await scene.traffic(20, 40);
    expect(await scene.said()).toMatchObject([
      { kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] },
    ]);
    await other.stop();
    scene.strike("dedup's input", "lost 1", OTHER, 10);
    await scene.traffic(20, 40);
    expect(await scene.said()).toMatchObject([
      { kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] },
      { kind: "lost", deviceId: OTHER, ranges: [{ from: 15, to: 15 }] },
    ]);
  });
});

describe("hostile records in the auditor's own topic", () => {
  test.each([
    ["no JSON", "verdict", "{"],
    ["a finding that is none", `${AUDIT_KEYS.finding}x`, "{}"],
    ["a finding that is a number", `${AUDIT_KEYS.finding}x`, "7"],
    ["a resolution of nothing", `${AUDIT_KEYS.resolution}nobody`, '{"at":1,"by":"x","reason":"y"}'],
    ["a resolution that is none", `${AUDIT_KEYS.resolution}x`, "[]"],
    ["a key of no part", "stranger", "hello"],
  ])("%s: it goes on, also after a restart", async (_, key, value) => {
    await forge({
      topic: scene.pipeline.topics.audit,
      partition: 0,
      key: Buffer.from(key),
      value: Buffer.from(value),
    });
    await scene.traffic(20, 5);
    await scene.restart();
    scene.strike("dedup's input", "lost 1", ONE, 10);
    await scene.traffic(20, 30);
    expect(await scene.said()).toContainEqual(
      expect.objectContaining({ kind: "lost", deviceId: ONE, ranges: [{ from: 15, to: 15 }] }),
    );
  });
});

test("every second of many readings lost: bounded, and how many they are is said", async () => {
  scene.strike("dedup's input", "every second lost", ONE, 10_000);
  await scene.traffic(20, 30);
  const open = (await scene.open()).filter(({ deviceId }) => deviceId === ONE);
  expect(open.reduce((sum, { readings }) => sum + readings, 0)).toBe(5_000);
  for (const { ranges } of open) expect(ranges.length).toBeLessThanOrEqual(64);
  expect((await scene.verdict()).turnstiles.unexplained).toBe(-5_000);
});

test("the equations close at every moment of everything", async () => {
  scene.strike("dedup's input", "lost 1", ONE, 10);
  scene.strike("dedup's output", "doubled 1", OTHER, 10);
  scene.strike("gateway", "whole batch gone", SENSOR, 10);
  await scene.traffic(20, 20);
  for (const { turnstiles, arrivals } of await scene.verdicts()) {
    for (const e of [turnstiles, arrivals]) {
      const rest = e.inDevices + e.inOutboxes + e.inGateway + e.inDedup + e.clean + e.unaudited + e.lost;
      expect(e.numbered).toBe(rest - e.unexplained);
    }
    expect(turnstiles.clean).toBe(turnstiles.inSummary + turnstiles.summed - turnstiles.miscounted);
  }
});
