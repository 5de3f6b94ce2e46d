import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame, HelloFrame } from "../../schemas/wire/frame.ts";
import { FakeDevice } from "../testing/fake-device.ts";
import { DEVICE, greeted, LinkBench, press } from "../testing/link-bench.ts";

describe("a link", () => {
  test("greets until the device answers, and takes no reading before", () => {
    const bench = new LinkBench();
    const device = new FakeDevice(DEVICE);
    bench.open();
    expect(bench.take()).toMatchObject([{ type: "greet", deviceId: DEVICE, nonce: 1 }]);
    device.receive({ type: "greet", deviceId: DEVICE, nonce: 77 });
    bench.hear(...press(device, 1));
    expect(bench.stored).toEqual([]);
    bench.do({ type: "tick", at: 499, nonce: 2 });
    expect(bench.take()).toEqual([]);
    bench.do({ type: "tick", at: 500, nonce: 2 });
    expect(bench.take()).toMatchObject([{ type: "greet", nonce: 2 }]);
  });

  test("an answer that takes longer than the next GREET is an answer: a slow machine is not greeted for ever", () => {
    const bench = new LinkBench();
    const device = new FakeDevice(DEVICE);
    bench.open();
    const answers: Frame[][] = [];
    const greetedAt: number[] = [];
    // Each answer takes three seconds.
    for (let at = 0; at <= 5_000; at += 100) {
      bench.at = at;
      bench.do({ type: "tick", at, nonce: 100 + at });
      for (const frame of bench.take()) {
        if (frame.type !== "greet") continue;
        greetedAt.push(at);
        answers[at + 3_000] = device.receive(frame);
      }
      bench.hear(...(answers[at] ?? []));
    }
    expect(bench.state.phase).toBe("open");
    // Ever less often, and never again once it has answered.
    expect(greetedAt).toEqual([0, 500, 1_500]);
  });

  test("time in which this process stood still is no silence of its device", () => {
    const { bench, device } = greeted();
    for (let at = 0; at <= 1_000; at += 100) bench.do({ type: "tick", at, nonce: 0 });
    bench.at = 9_000;
    bench.do({ type: "tick", at: 9_000, nonce: 1 });
    expect(bench.take()).toEqual([]);
    bench.hear(...device.heartbeat());
    bench.do({ type: "tick", at: 9_100, nonce: 2 });
    expect(bench.take()).toEqual([]);
    // It is silent now.
    for (let at = 9_200; at < 11_500; at += 100) bench.do({ type: "tick", at, nonce: 3 });
    expect(bench.take()).toEqual([]);
    bench.do({ type: "tick", at: 11_500, nonce: 4 });
    expect(bench.take()).toMatchObject([{ type: "greet", nonce: 4 }]);
  });

  test("an answer to a greeting that is over is none", () => {
    const { bench, device } = greeted();
    const late = device.receive({ type: "greet", deviceId: DEVICE, nonce: bench.nonce });
    bench.open();
    bench.hear(...late);
    expect(bench.state.phase).toBe("greeting");
  });

  test("acknowledges only what is durable, and a stored reading again", () => {
    const { bench, device } = greeted();
    bench.lagging = true;
    const frames = press(device, 3);
    bench.hear(...frames);
    expect(bench.take()).toEqual([]);
    bench.hear(...frames);
    expect(bench.take()).toEqual([]);
    bench.flush();
    expect(bench.take().at(-1)).toEqual({ type: "ack", deviceId: DEVICE, bootId: 7, seq: 3 });
    bench.hear(...frames.slice(0, 1));
    expect(bench.take()).toEqual([{ type: "ack", deviceId: DEVICE, bootId: 7, seq: 3 }]);
    expect(bench.stored).toHaveLength(3);
  });

  test("one NAK for a gap, however many frames follow the lost one; again when nothing came", () => {
    const { bench, device } = greeted();
    bench.hear(...press(device, 10).slice(2));
    expect(bench.take()).toEqual([{ type: "nak", deviceId: DEVICE, bootId: 7, seq: 1, reason: "gap" }]);
    bench.at = 250;
    bench.hear(...device.send(), ...press(device, 1));
    expect(bench.take()).toMatchObject([{ type: "nak", seq: 1 }]);
  });

  test("a damaged block asks for the oldest reading that is missing", () => {
    const { bench, device } = greeted();
    bench.hear(...press(device, 2));
    bench.take();
    bench.do({ type: "discarded", at: 0 });
    expect(bench.take()).toEqual([{ type: "nak", deviceId: DEVICE, bootId: 7, seq: 3, reason: "damaged" }]);
  });

  test("the same boot with another nonce is an alarm: nothing stored, nothing acknowledged", () => {
    const { bench, device } = greeted();
    bench.hear(...press(device, 2));
    const other = new FakeDevice(DEVICE);
    other.bootNonce = 123;
    bench.open();
    bench.exchange(other);
    bench.take();
    bench.hear(...press(other, 5));
    expect(bench.take()).toEqual([]);
    expect(bench.stored).toHaveLength(2);
    expect(bench.state.alarm).toEqual({ bootId: 7 });
    bench.open();
    bench.exchange(device);
    expect(bench.state.alarm).toBeNull();
  });

  test("another device on the line: hang up, whatever it says", () => {
    const { bench } = greeted();
    const stranger = new FakeDevice("40380-T2");
    bench.hear(...stranger.receive({ type: "greet", deviceId: "40380-T2", nonce: 1 }));
    expect(bench.effects.at(-1)).toEqual({ type: "hang-up", reason: "40380-T2 answers on this line" });
  });

  test("a device that begins later than the outbox stands: its first reading is the base, and it is counted", () => {
    const { bench, device } = greeted();
    press(device, 5);
    device.receive({ type: "ack", deviceId: DEVICE, bootId: 7, seq: 3 });
    bench.open();
    bench.exchange(device);
    bench.hear(...device.send());
    expect(bench.stored.map((r) => r.seq)).toEqual([4, 5]);
    expect(bench.state.counts.forgotten).toBe(3);
    expect(bench.ledger).toMatchObject({ stored: 5, published: 3, forgotten: 3 });
    expect(bench.effects.filter((e) => e.type === "warn")).toHaveLength(1);
  });

  test("a reboot on an open line is greeted again, and both boots' readings arrive", () => {
    const { bench, device } = greeted();
    press(device, 2);
    device.reboot();
    press(device, 2);
    device.receive({ type: "greet", deviceId: DEVICE, nonce: 0 });
    bench.hear(...device.heartbeat());
    expect(bench.state.phase).toBe("greeting");
    bench.do({ type: "tick", at: 1000, nonce: 5 });
    bench.nonce = 5;
    bench.exchange(device);
    bench.hear(...device.send());
    expect(bench.stored.map((r) => [r.bootId, r.seq])).toEqual([
      [7, 1],
      [7, 2],
      [8, 1],
      [8, 2],
    ]);
  });

  test("refused by the outbox: nothing acknowledged, taken from the device again later", () => {
    const { bench, device } = greeted();
    bench.lagging = true;
    bench.hear(...press(device, 3));
    bench.lagging = false;
    bench.refuse();
    expect(bench.take()).toEqual([]);
    bench.do({ type: "tick", at: 1400, nonce: 10 });
    expect(bench.take()).toEqual([]);
    bench.do({ type: "tick", at: 1500, nonce: 10 });
    bench.exchange(device);
    bench.hear(...device.send());
    expect(bench.stored.map((r) => r.seq)).toEqual([1, 2, 3]);
  });
});

/** What may happen between two frames. */
const fault = fc.constantFrom("pass", "pass", "pass", "lose", "double", "swap", "damage");
const deed = fc.constantFrom(
  "press",
  "press",
  "press",
  "send",
  "send",
  "tick",
  "reboot",
  "replug",
  "crash",
  "refuse",
);

describe("under any loss, repetition, reordering, damage, reboot, re-plug, crash and refusal", () => {
  test("the outbox gets exactly the device's readings, each once, in order, and no ACK runs ahead", () => {
    fc.assert(
      fc.property(
        fc.array(deed, { maxLength: 120 }),
        fc.array(fault, { minLength: 1, maxLength: 60 }),
        (deeds, faults) => {
          const bench = new LinkBench();
          const device = new FakeDevice(DEVICE);
          let made = 0;
          let turn = 0;
          const line = (frames: Frame[], calm: boolean, deliver: (frame: Frame) => void): void => {
            const queue = [...frames];
            for (let i = 0; i < queue.length; i++) {
              const frame = queue[i] as Frame;
              const f = calm ? "pass" : (faults[turn++ % faults.length] ?? "pass");
              if (f === "pass" || f === "double") deliver(frame);
              if (f === "double") deliver(frame);
              if (f === "damage") bench.do({ type: "discarded", at: bench.at });
              if (f === "swap") {
                const next = queue[++i];
                if (next) deliver(next);
                deliver(frame);
              }
            }
          };
          const exchange = (calm: boolean): void => {
            for (let round = 0; round < 4; round++) {
              line(device.send(), calm, (f) => bench.hear(f));
              line(bench.take(), calm, (f) => {
                if (f.type === "ack") {
                  const mark = bench.ledger.boots.find((b) => b.bootId === f.bootId);
                  expect(f.seq).toBeLessThanOrEqual(mark?.stored ?? 0);
                }
                line(device.receive(f), calm, (answer) => bench.hear(answer));
              });
            }
          };
          const tick = (calm: boolean): void => {
            bench.at += 1000;
            device.resend();
            line(device.heartbeat(), calm, (f) => bench.hear(f));
            bench.do({ type: "tick", at: bench.at, nonce: ++bench.nonce });
            exchange(calm);
          };
          bench.open();
          for (const what of deeds) {
            if (what === "press") {
              device.press();
              made += 1;
            } else if (what === "send") exchange(false);
            else if (what === "tick") tick(false);
            else if (what === "reboot") device.reboot();
            else if (what === "replug") {
              bench.do({ type: "closed" });
              device.unplug();
              bench.take();
              bench.open();
            } else if (what === "crash") {
              bench.crash();
            } else bench.refuse();
          }
          for (let i = 0; i < 20 && (device.waiting > 0 || i < 6); i++) tick(true);
          expect(device.waiting).toBe(0);
          expect(bench.stored).toHaveLength(made);
          const bySeq = new Map<number, number>();
          for (const r of bench.stored) {
            expect(r.seq).toBe((bySeq.get(r.bootId) ?? 0) + 1);
            bySeq.set(r.bootId, r.seq);
          }
          expect(bench.state.counts.forgotten).toBe(0);
          expect(bench.ledger).toMatchObject({ stored: made, numbered: made, forgotten: 0 });
        },
      ),
      { seed: 20261123, numRuns: 300 },
    );
  });
});

test("a HELLO is fully taken over: memory, numbers and nonce", () => {
  const { bench } = greeted();
  const said = bench.effects.find((e): e is { type: "adopt"; hello: HelloFrame } => e.type === "adopt");
  expect(said?.hello.bootNonce).toBe(7 * 31);
  expect(bench.ledger).toMatchObject({ memoryBootId: 7, bootId: 7, stored: 0 });
});
