import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../schemas/wire/codec.ts";
import { RecordingGateway } from "./testing/gateway.ts";
import { Rig, until } from "./testing/rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

const T1 = "40380-T1";
const T2 = "40380-T2";

describe("lines", () => {
  test("the agent goes on after a pull while its bytes lie unread and its next write waits for room", async () => {
    const turnstile = rig.plugIn(T1);
    rig.startAgent();
    turnstile.press();
    await rig.everythingArrives();
    turnstile.deaf = true;
    turnstile.press(20);
    const seen = encodeFrame({
      type: "reading",
      deviceId: T1,
      bootId: turnstile.device.bootId,
      seq: 1,
      total: 1,
      serviceTime: 60_000,
      deviceTime: 1_000,
      line: "blue",
      arrival: null,
    });
    // Each is acknowledged again: more than a line holds, so the agent is in the middle of a write when it goes.
    for (let i = 0; i < 200; i++) {
      turnstile.babble(Buffer.concat([seen, seen, seen]));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    turnstile.unplug();
    turnstile.press(10);
    turnstile.deaf = false;
    turnstile.plug();
    await rig.everythingArrives();
    expect(rig.outbox.ledger(T1).stored).toBe(31);
  });

  test("frames of the old boot that come after those of the new one are stored once, in their own boot's order", async () => {
    const turnstile = rig.plugIn(T1);
    rig.startAgent();
    turnstile.press(10);
    await rig.everythingArrives();
    const late: Buffer[] = [];
    turnstile.mangle = (bytes, frame) => {
      if (frame.type !== "reading") return bytes;
      late.push(Buffer.from(bytes));
      return Buffer.alloc(0);
    };
    turnstile.press(8);
    await until(() => expect(late.length).toBeGreaterThanOrEqual(8));
    turnstile.mangle = (bytes) => bytes;
    turnstile.device.reboot();
    turnstile.press(5);
    await until(() => expect(rig.latest(T1)?.positions).toMatchObject({ numbered: 23 }));
    turnstile.babble(Buffer.concat(late));
    await rig.everythingArrives();
    expect(rig.gateway.readings().map(({ bootId }) => bootId)).toHaveLength(23);
  });
});

const root = process.getuid?.() === 0;

describe("disk", () => {
  test.skipIf(!root)(
    "nothing is acknowledged while the disk is full, and nothing is lost (a small tmpfs needs root)",
    async () => {
      const folder = join(rig.home, "edge", "outbox");
      const ballast = join(folder, "ballast");
      mkdirSync(folder, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "outbox", folder]);
      rig.undo.push(() => execFileSync("umount", [folder]));
      const turnstile = rig.plugIn(T1);
      await rig.gateway.kill();
      rig.startAgent();
      turnstile.press(50);
      await until(() => expect(turnstile.device.waiting).toBe(0));
      fillUp(ballast);
      turnstile.press(4_000);
      await until(() => expect(rig.warnings).toContain("EDGE_OUTBOX_FULL"));
      const { stored } = rig.outbox.ledger(T1);
      expect(stored).toBeLessThan(4_050);
      expect(turnstile.device.waiting).toBeGreaterThanOrEqual(4_050 - stored);
      rmSync(ballast);
      await rig.gateway.start();
      await rig.everythingArrives(60_000);
    },
  );
});

/** Take all the space that is left. */
function fillUp(file: string): void {
  for (let size = 2 ** 20; size >= 4096; ) {
    try {
      writeFileSync(file, Buffer.alloc(size), { flag: "a" });
    } catch {
      size /= 2;
    }
  }
}

describe("gateways", () => {
  test("readings go on in order at the second gateway when the first is gone", async () => {
    const other = await new RecordingGateway().start();
    try {
      rig.urls = [rig.gateway.url, other.url];
      const turnstile = rig.plugIn(T1);
      rig.startAgent();
      turnstile.press(20);
      const total = (): number =>
        new Set([...rig.gateway.readings(), ...other.readings()].map((r) => r.seq)).size;
      await until(() => expect(total()).toBe(20));
      const first = rig.gateway.readings().length > 0 ? rig.gateway : other;
      const second = first === other ? rig.gateway : other;
      const kept = first.readings().length;
      await first.kill();
      turnstile.press(30);
      await until(() => expect(total()).toBe(50));
      expect(first.readings()).toHaveLength(kept);
      expect(second.readings().at(-1)?.seq).toBe(50);
    } finally {
      await other.kill();
    }
  });

  test("a device without backlog passes the backlog of an hour's outage, which drains", async () => {
    const hour = 3_600 * 2;
    const [behind, live] = [rig.plugIn(T1), rig.plugIn(T2)];
    await rig.gateway.kill();
    rig.startAgent();
    behind.press(hour);
    await until(() => expect(behind.device.waiting).toBe(0), 60_000);
    // In what order they arrive, and how much of the backlog came between a live press and its arrival.
    const passed: number[] = [];
    await rig.gateway.start();
    await until(() => expect(rig.gateway.count(T1)).toBeGreaterThan(0));
    let presses = 0;
    while (rig.gateway.count(T1) < hour) {
      presses += 1;
      live.press();
      // From when the agent has it on disk: its way over the serial line is not one of the uplink's.
      while (rig.outbox.ledger(T2).stored < presses) await new Promise((resolve) => setImmediate(resolve));
      const before = rig.gateway.count(T1);
      await until(() => expect(rig.gateway.count(T2)).toBe(presses));
      const index = rig.gateway.readings().findIndex((r) => r.deviceId === T2 && r.seq === presses);
      passed.push(index + 1 - presses - before);
    }
    await rig.everythingArrives(60_000);
    // What is in flight already (16 PUBLISHes of at most 256) goes first; nothing else does.
    for (const waited of passed) expect(waited).toBeLessThanOrEqual(18 * 256);
    expect(hour / presses).toBeGreaterThan(5);
  });
});
