import { expect, test } from "vitest";
import { seededRandom } from "../../infra/runtime/random.ts";
import { encodeFrame } from "../../schemas/wire/codec.ts";
import { LineBench } from "./testing/bench.ts";

test("readings arrive once each and in order", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.press(500);
  b.run(6000);
  expect(b.agent.stored).toEqual(b.pressed);
  expect(b.agent.duplicates).toBe(0);
  expect(b.device.ring.waiting).toBe(0);
});

test("a line at 115200 baud carries its 11,520 bytes a second, no more and hardly less", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.press(3000);
  b.run(1000);
  const before = b.agent.stored.length;
  b.run(10_000);
  const bytes = (b.agent.stored.length - before) * 60 + 10 * 78;
  expect(bytes).toBeGreaterThan(0.95 * 115_200);
  expect(bytes).toBeLessThanOrEqual(1.01 * 115_200);
});

test("a line without pacing is as fast as its reader", async () => {
  const b = new LineBench(0);
  await b.line.plug();
  b.press(2000);
  b.run(1000);
  expect(b.agent.stored).toHaveLength(2000);
});

test("a slow line does not take its own slowness for silence", async () => {
  const b = new LineBench(2400);
  await b.line.plug();
  b.press(60);
  b.run(60_000);
  expect(b.agent.stored).toEqual(b.pressed);
  expect(b.agent.duplicates).toBe(0);
});

test("unplugged, presses wait; plugged in again, they arrive", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.press(10);
  b.run(500);
  b.line.setFault("unplug");
  expect(b.cable.plugged).toBe(false);
  b.press(25);
  b.run(20_000);
  expect(b.device.ring.waiting).toBe(25);
  await b.line.clearFault("unplug");
  b.run(2000);
  expect(b.agent.stored).toEqual(b.pressed);
});

test("an unplug during the plugging wins", async () => {
  const b = new LineBench();
  const plugging = b.line.plug();
  b.line.setFault("unplug");
  await plugging;
  expect(b.cable.plugged).toBe(false);
  expect(b.line.missing).toBe(false);
});

test("a hung line is open and silent; nothing is lost", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.press(5);
  b.run(1000);
  b.line.setFault("hang");
  b.press(50);
  b.run(5000);
  expect(b.cable.plugged).toBe(true);
  expect(b.cable.take()).toHaveLength(0);
  expect(b.agent.stored).toHaveLength(5);
  await b.line.clearFault("hang");
  b.run(3000);
  expect(b.agent.stored).toEqual(b.pressed);
});

test("a babbling device sends noise without end at its line's speed, and no frame", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.run(1000);
  b.line.setFault("babble");
  b.press(20);
  b.run(20);
  const stored = b.agent.stored.length;
  let bytes = 0;
  for (let i = 0; i < 100; i++) {
    b.clock.advance(10);
    bytes += b.cable.take().length;
  }
  expect(bytes).toBeGreaterThan(8000);
  expect(bytes).toBeLessThan(13_000);
  expect(b.agent.stored).toHaveLength(stored);
  await b.line.clearFault("babble");
  b.run(5000);
  expect(b.agent.stored).toEqual(b.pressed);
});

test("each frame sent ten times arrives once, and is counted as a duplicate nine times", async () => {
  const b = new LineBench(0);
  await b.line.plug();
  b.line.setFault("duplicate", 10);
  b.press(100);
  b.run(3000);
  expect(b.agent.stored).toEqual(b.pressed);
  expect(b.agent.duplicates).toBe(900);
});

test("after a reboot the new boot numbers from 1, and frames of the old one come late", async () => {
  const b = new LineBench();
  await b.line.plug();
  b.press(20);
  b.run(2000);
  const before = b.agent.duplicates;
  b.reboot(true);
  b.press(20);
  b.run(8000);
  expect(b.agent.stored).toEqual(b.pressed);
  expect(b.agent.stored.at(-1)).toBe("1001;20");
  expect(b.agent.duplicates).toBeGreaterThan(before);
  expect(b.agent.hellos.at(-1)).toMatchObject({ bootId: 1001, priorNumbered: 20, priorHappened: 20 });
});

test("a line without a reader takes what fits, keeps the rest of the frame, and goes on in the middle of it", async () => {
  const b = new LineBench(0);
  await b.line.plug();
  b.cable.capacity = 100;
  b.press(10);
  b.cable.send(encodeFrame({ type: "greet", deviceId: "40380-T1", nonce: 1 }));
  b.clock.advance(1000);
  b.cable.capacity = 19_552;
  b.run(3000);
  expect(b.agent.damaged).toBe(0);
  expect(b.agent.stored).toEqual(b.pressed);
});

const noises = [
  ["bit errors", { noise: 1e-3 }],
  ["lost bytes", { cut: 5e-3 }],
  ["both, and each frame three times", { noise: 1e-3, cut: 2e-3, duplicate: 3 }],
] as const;

test.each(noises)("%s cost time, never a reading", async (_, faults) => {
  const b = new LineBench(115_200, 7);
  await b.line.plug();
  for (const [kind, strength] of Object.entries(faults)) b.line.setFault(kind as "noise", strength);
  for (let i = 0; i < 30; i++) {
    b.press(10);
    b.run(1000);
  }
  for (const kind of Object.keys(faults)) await b.line.clearFault(kind as "noise");
  b.run(10_000);
  expect(b.agent.damaged).toBeGreaterThan(20);
  expect(b.agent.stored).toEqual(b.pressed);
});

test.each([1, 2, 3, 4, 5, 6])(
  "whatever happens to the device, each stored press arrives once (seed %i)",
  async (seed) => {
    const b = new LineBench(115_200, seed);
    const random = seededRandom(seed, "plan");
    await b.line.plug();
    const lasting = ["unplug", "hang", "babble", "noise", "cut", "duplicate"] as const;
    for (let i = 0; i < 60; i++) {
      b.press(Math.floor(random() * 12));
      const choice = Math.floor(random() * 12);
      const kind = lasting[choice % lasting.length] ?? "hang";
      if (choice === 11) b.reboot(random() < 0.5);
      else if (choice < 6) b.line.setFault(kind, kind === "noise" || kind === "cut" ? 2e-3 : undefined);
      else await b.line.clearFault(kind);
      b.run(Math.floor(random() * 3000));
    }
    for (const kind of lasting) await b.line.clearFault(kind);
    b.run(30_000);
    expect([...b.agent.stored].sort()).toEqual([...b.pressed].sort());
    expect(new Set(b.agent.stored).size).toBe(b.agent.stored.length);
    expect(b.device.ring.waiting).toBe(0);
    expect(b.errors).toEqual([]);
  },
);
