import { expect, test } from "vitest";
import { encodeFrame } from "../../schemas/wire/codec.ts";
import { FrameDecoder } from "../../schemas/wire/decoder.ts";
import { type Frame, type HelloFrame, LINK, type ReadingFrame } from "../../schemas/wire/frame.ts";
import { Device, type Instant } from "./device.ts";
import { nextBoot } from "./identity.ts";
import { Ring } from "./ring.ts";
import { MemoryRingStorage } from "./testing/memory-ring-storage.ts";

const ID = "40380-T1";

/** A device on the bench: its memory, its line read out frame by frame, and a clock that the test moves. */
class Bench {
  readonly store = new MemoryRingStorage();
  now = 0;
  device: Device;
  bootId = 1000;

  constructor(capacity?: number) {
    const ring = new Ring(this.store, capacity);
    const boot = nextBoot(undefined, ring, this.bootId, 77);
    ring.beginBoot(boot.bootId);
    this.device = new Device(ID, ring, boot);
  }

  get at(): Instant {
    return { monotonic: this.now, wall: 1_700_000_000_000 + this.now, service: 1_800_000_000_000 };
  }

  press(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.device.notice({ line: "blue", arrival: null, service: 1_800_000_000_000 }, this.at.wall);
    }
  }

  hear(...frames: Frame[]): void {
    this.device.receive(Buffer.concat(frames.map(encodeFrame)), this.now);
  }

  greet(nonce = 5): void {
    this.hear({ type: "greet", deviceId: ID, nonce });
  }

  ack(seq: number, bootId = this.device.boot.bootId): void {
    this.hear({ type: "ack", deviceId: ID, bootId, seq });
  }

  nak(seq: number, bootId = this.device.boot.bootId): void {
    this.hear({ type: "nak", deviceId: ID, bootId, seq, reason: "gap" });
  }

  reboot(): void {
    const boot = nextBoot(this.device.boot, this.device.ring, 0, 78);
    this.device.reboot(boot);
  }

  /** Everything the device wants to say now. */
  said(limit = 200): Frame[] {
    const decoder = new FrameDecoder();
    const frames: Frame[] = [];
    for (let i = 0; i < limit; i++) {
      const bytes = this.device.next(this.at);
      if (!bytes) return frames;
      for (const result of decoder.push(bytes)) if (result.kind === "frame") frames.push(result.frame);
    }
    throw new Error(`still talking after ${limit} frames`);
  }

  /** The sequence numbers of the readings it sends now. */
  seqs(): number[] {
    return this.said().flatMap((f) => (f.type === "reading" ? [f.seq] : []));
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

test("a device that was not greeted is silent, whatever it has noticed", () => {
  const b = new Bench();
  b.press(3);
  b.now = 60_000;
  expect(b.said()).toEqual([]);
});

test("greeted, it says who it is and what waits, then sends it in order", () => {
  const b = new Bench();
  b.press(2);
  b.greet(5);
  const [hello, ...rest] = b.said();
  expect(hello).toEqual({
    type: "hello",
    deviceId: ID,
    bootId: 1000,
    bootNonce: 77,
    greetNonce: 5,
    memoryBootId: 1000,
    priorNumbered: 0,
    priorHappened: 0,
    seq: 2,
    total: 2,
    serviceTime: 1_800_000_000_000,
    pending: [{ bootId: 1000, first: 1, last: 2 }],
  });
  expect(rest.map((f) => (f as ReadingFrame).seq)).toEqual([1, 2]);
});

test("a frame for another device is not obeyed", () => {
  const b = new Bench();
  b.hear({ type: "greet", deviceId: "40380-T2", nonce: 1 });
  expect(b.said()).toEqual([]);
  expect(b.device.counters.discarded).toBe(1);
});

test("a heartbeat each second, before readings", () => {
  const b = new Bench();
  b.greet();
  b.said();
  b.now += LINK.heartbeatMs - 1;
  expect(b.said()).toEqual([]);
  b.press();
  b.now += 1;
  expect(b.said().map((f) => f.type)).toEqual(["heartbeat", "reading"]);
});

test("no more than a window is in flight; an ACK lets the next ones go", () => {
  const b = new Bench();
  b.press(100);
  b.greet();
  expect(b.seqs()).toEqual(range(1, LINK.window));
  b.ack(10);
  expect(b.seqs()).toEqual(range(LINK.window + 1, LINK.window + 10));
});

test("on silence the oldest alone is sent again, each second; an ACK sets everything going", () => {
  const b = new Bench();
  b.press(40);
  b.greet();
  b.said();
  b.now += LINK.resendMs;
  expect(b.seqs()).toEqual([1]);
  b.now += LINK.resendMs;
  expect(b.seqs()).toEqual([1]);
  b.ack(1);
  expect(b.seqs()).toEqual(range(2, LINK.window + 1));
  expect(b.device.counters.resends).toBe(2 + LINK.window - 1);
});

test("an ACK for all in flight after a resend skips what the agent has", () => {
  const b = new Bench();
  b.press(40);
  b.greet();
  b.said();
  b.now += LINK.resendMs;
  b.said();
  b.ack(32);
  expect(b.seqs()).toEqual(range(33, 40));
});

test("a NAK goes back to that reading; a burst of the same NAK goes back once", () => {
  const b = new Bench();
  b.press(5);
  b.greet();
  b.said();
  b.nak(3);
  expect(b.seqs()).toEqual([3, 4, 5]);
  for (let i = 0; i < 5; i++) {
    b.nak(3);
    expect(b.seqs()).toEqual([]);
  }
  b.now += LINK.nakHoldMs;
  b.nak(3);
  expect(b.seqs()).toEqual([3, 4, 5]);
});

test("a NAK for what the ring has no more is answered by HELLO, one for what comes next by nothing", () => {
  const b = new Bench();
  b.press(3);
  b.greet();
  b.said();
  b.ack(3);
  b.nak(1);
  expect(b.said()).toMatchObject([{ type: "hello", seq: 3, pending: [] }]);
  b.nak(4);
  expect(b.said()).toEqual([]);
  b.nak(1, 999);
  expect(b.said()).toMatchObject([{ type: "hello" }]);
});

test("after a reboot it is silent until greeted, keeps what waited, and numbers from 1 again", () => {
  const b = new Bench();
  b.press(3);
  b.greet();
  b.said();
  b.ack(1);
  b.reboot();
  b.press();
  b.now += 5000;
  expect(b.said()).toEqual([]);
  b.greet(6);
  const [hello, ...readings] = b.said();
  expect(hello).toMatchObject({
    bootId: 1001,
    bootNonce: 78,
    memoryBootId: 1000,
    priorNumbered: 3,
    priorHappened: 3,
    seq: 1,
    total: 1,
    pending: [
      { bootId: 1000, first: 2, last: 3, nonce: 77 },
      { bootId: 1001, first: 1, last: 1 },
    ],
  });
  expect(readings.map((f) => [(f as ReadingFrame).bootId, (f as ReadingFrame).seq])).toEqual([
    [1000, 2],
    [1000, 3],
    [1001, 1],
  ]);
});

test("a full ring shows in its heartbeats: total runs ahead of seq", () => {
  const b = new Bench(4);
  b.press(6);
  b.greet();
  b.said();
  b.now += LINK.heartbeatMs;
  expect(b.said()[0]).toMatchObject({ type: "heartbeat", seq: 4, total: 6, pending: 4 });
});

test("more boots than a HELLO names are named before their readings come", () => {
  const b = new Bench();
  for (let i = 0; i < 20; i++) {
    b.press();
    b.reboot();
  }
  b.greet();
  const seen: number[] = [];
  let named = new Set<number>();
  for (let turn = 0; turn < 10 && b.device.ring.waiting > 0; turn++) {
    const frames = b.said();
    for (const frame of frames) {
      if (frame.type === "hello") named = new Set((frame as HelloFrame).pending.map((p) => p.bootId));
      if (frame.type !== "reading") continue;
      expect(named).toContain(frame.bootId);
      seen.push(frame.bootId);
      b.ack(frame.seq, frame.bootId);
    }
  }
  expect(seen).toEqual(range(1000, 1019));
});

test("a line that is lost makes it silent; a new greeting sends everything again from the oldest", () => {
  const b = new Bench();
  b.press(3);
  b.greet();
  b.said();
  b.device.lineLost();
  b.now += 10_000;
  expect(b.said()).toEqual([]);
  b.greet();
  expect(b.seqs()).toEqual([1, 2, 3]);
});

test("noise on its ear is counted and changes nothing", () => {
  const b = new Bench();
  b.device.receive(Buffer.from([0, 1, 2, 3, 0, 9, 9, 0]), 0);
  expect(b.device.counters.discarded).toBe(2);
  b.greet();
  expect(b.said()).toHaveLength(1);
});
