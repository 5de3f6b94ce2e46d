import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeFrame } from "../schemas/wire/codec.ts";
import { Rig, STATION, until } from "./testing/rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe("faults between a device and its agent, on real pseudo-terminals", () => {
  test("every reading arrives once, at whatever byte of a frame the line is cut", async () => {
    const turnstile = rig.plugIn("40380-T1");
    rig.startAgent();
    turnstile.press();
    await rig.everythingArrives();
    const length = encodeFrame({
      type: "reading",
      deviceId: "40380-T1",
      bootId: 7,
      seq: 2,
      total: 2,
      serviceTime: 120_000,
      deviceTime: 2_000,
      line: "blue",
      arrival: null,
    }).length;
    for (let offset = 0; offset <= length; offset++) {
      let cut = false;
      turnstile.mangle = (bytes, frame) => {
        if (cut || frame.type !== "reading") return bytes;
        cut = true;
        return bytes.subarray(0, offset);
      };
      turnstile.press(2);
      await until(() => expect(turnstile.device.waiting).toBe(0));
    }
    await rig.everythingArrives();
  });

  test("every reading arrives once while the device is pulled 50 times under load", async () => {
    const turnstile = rig.plugIn("40380-T1");
    rig.startAgent();
    for (let i = 0; i < 50; i++) {
      turnstile.press(20);
      await until(() => expect(rig.outbox.ledger("40380-T1").stored).toBeGreaterThan(i));
      turnstile.unplug();
      turnstile.press(5);
      turnstile.plug();
    }
    await rig.everythingArrives(60_000);
    expect(rig.latest("40380-T1")?.positions).toMatchObject({ numbered: 1250 });
  });

  test("no device is delayed by one that babbles: their readings arrive while it makes noise", async () => {
    const babbler = rig.plugIn("40380-T1");
    const good = [rig.plugIn("40380-T2"), rig.plugIn("40380-blue-A1")];
    rig.startAgent();
    await until(() => expect(rig.latest("40380-T1")?.state).toBe("online"));
    const noise = setInterval(() => babbler.babble(Buffer.alloc(512, 0xa7)), 5);
    for (const device of good) device.press(200);
    const others = (): number => rig.gateway.readings().filter((r) => r.deviceId !== "40380-T1").length;
    await until(() => expect(others()).toBe(400));
    clearInterval(noise);
    babbler.press(10);
    await rig.everythingArrives();
  });

  test("a reading is stored once, though its frame is sent ten times", async () => {
    const turnstile = rig.plugIn("40380-T1");
    turnstile.mangle = (bytes) => Buffer.concat(Array.from({ length: 10 }, () => bytes));
    rig.startAgent();
    turnstile.press(100);
    await rig.everythingArrives();
    expect(rig.outbox.ledger("40380-T1").stored).toBe(100);
  });

  test("both boots arrive and their numbers add up after a reboot with readings in the ring", async () => {
    const turnstile = rig.plugIn("40380-T1");
    await rig.gateway.kill();
    rig.startAgent();
    turnstile.press(30);
    turnstile.hung = true;
    turnstile.press(500);
    turnstile.device.reboot();
    turnstile.press(40);
    turnstile.hung = false;
    await rig.gateway.start();
    await rig.everythingArrives();
    await until(() =>
      expect(rig.latest("40380-T1")?.positions).toMatchObject({ numbered: 570, stored: 570, published: 570 }),
    );
  });

  test("nothing is acknowledged by an outbox at its limit, and it heals when the gateway is back", async () => {
    rig.limitBytes = 64 * 1024;
    const turnstile = rig.plugIn("40380-T1");
    await rig.gateway.kill();
    rig.startAgent();
    turnstile.press(5_000);
    await until(() => expect(rig.outbox.size().full).toBe(true));
    const { stored } = rig.outbox.ledger("40380-T1");
    expect(turnstile.device.waiting).toBeGreaterThanOrEqual(5_000 - stored);
    await rig.gateway.start();
    await rig.everythingArrives(60_000);
    expect(rig.outbox.quarantined(STATION)).toEqual([]);
  });
});
