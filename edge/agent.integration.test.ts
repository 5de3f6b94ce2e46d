import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReadingBatch } from "../schemas/readings.ts";
import { WILL_N } from "../schemas/states.ts";
import { describeQuarantine } from "./outbox/command.ts";
import { Rig, STATION, until } from "./testing/rig.ts";

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

describe("an agent between real pseudo-terminals and a real MQTT broker", () => {
  test("presses arrive, and the positions say so", async () => {
    const turnstile = rig.plugIn("40380-T1");
    rig.startAgent();
    turnstile.press(100);
    await rig.everythingArrives();
    await until(() =>
      expect(rig.latest("40380-T1")).toMatchObject({
        state: "online",
        positions: { numbered: 100, happened: 100, stored: 100, published: 100, quarantined: 0 },
      }),
    );
    expect(rig.latest("40380-T2")).toMatchObject({ state: "never_seen", positions: null });
  });

  test("what a device counts while it is pulled out arrives after it is back; meanwhile it is offline", async () => {
    const turnstile = rig.plugIn("40380-T1");
    rig.startAgent();
    turnstile.press(10);
    await rig.everythingArrives();
    turnstile.unplug();
    await until(() =>
      expect(rig.latest("40380-T1")).toMatchObject({ state: "offline", reason: "unplugged" }),
    );
    turnstile.press(20);
    turnstile.plug();
    await rig.everythingArrives();
    await until(() => expect(rig.latest("40380-T1")?.state).toBe("online"));
  });

  test("a device that hangs is late, then offline, and catches up when it moves again", async () => {
    const turnstile = rig.plugIn("40380-T1");
    rig.startAgent();
    turnstile.press(1);
    await rig.everythingArrives();
    turnstile.hung = true;
    turnstile.press(5);
    await until(() => expect(rig.latest("40380-T1")?.state).toBe("late"));
    await until(() => expect(rig.latest("40380-T1")).toMatchObject({ state: "offline", reason: "silent" }));
    turnstile.hung = false;
    await rig.everythingArrives();
  });

  test("readings are neither lost nor out of order when the gateway is killed and comes back", async () => {
    const pair = [rig.plugIn("40380-T1"), rig.plugIn("40380-blue-A1")];
    rig.startAgent();
    for (const device of pair) device.press(50);
    await until(() => expect(rig.gateway.readings().length).toBeGreaterThan(0));
    await rig.gateway.kill();
    for (const device of pair) device.press(500);
    await until(() => expect(rig.outbox.ledger("40380-T1").stored).toBe(550));
    await rig.gateway.start();
    await rig.everythingArrives();
  });

  test("a batch is sent again until it is acknowledged, also when PUBACKs are lost", async () => {
    const turnstile = rig.plugIn("40380-T1");
    let lose = 3;
    rig.gateway.decision = () => (lose-- > 0 ? "lose-ack" : "take");
    rig.startAgent();
    turnstile.press(300);
    await rig.everythingArrives();
    // What arrived first was not acknowledged, so it comes again until its acknowledgement gets through.
    await until(() => expect(rig.latest("40380-T1")?.positions).toMatchObject({ published: 300 }));
    expect(rig.gateway.batches.length).toBeGreaterThan(3);
  });

  test("a reading refused for good is set aside and named; everything else passes in order", async () => {
    const turnstile = rig.plugIn("40380-T1");
    const sensor = rig.plugIn("40380-blue-A1");
    const holdsPoison = (batch: ReadingBatch): boolean =>
      batch.runs.some(
        (run) => run.deviceId === "40380-T1" && run.firstSeq <= 42 && 42 < run.firstSeq + run.readings.length,
      );
    rig.gateway.decision = (batch) => (holdsPoison(batch) ? "refuse" : "take");
    rig.startAgent();
    turnstile.press(200);
    sensor.press(100);
    await until(() => expect(rig.outbox.quarantined(STATION)).toHaveLength(1));
    await until(() => expect(rig.gateway.readings()).toHaveLength(299));
    expect(rig.outbox.quarantined(STATION)[0]).toMatchObject({ code: "TEST", reading: { seq: 42 } });
    // As `edge -- outbox 40380 --quarantine` shows it.
    expect(describeQuarantine(rig.outbox.quarantined(STATION))).toMatch(/^40380-T1 +7 +42 .* TEST /m);
    await until(() =>
      expect(rig.latest("40380-T1")?.positions).toMatchObject({
        stored: 200,
        published: 199,
        quarantined: 1,
      }),
    );
  });

  test("an agent that dies leaves a will, one that stops says so itself", async () => {
    const agent = rig.startAgent();
    await until(() => expect(rig.gateway.states.some((s) => s.kind === "agent")).toBe(true));
    rig.gateway.cut();
    await until(() =>
      expect(rig.gateway.states).toContainEqual(
        expect.objectContaining({
          state: "offline",
          reason: "connection lost",
          order: expect.objectContaining({ connection: 1, n: WILL_N }),
        }),
      ),
    );
    await until(() =>
      expect(rig.gateway.states).toContainEqual(
        expect.objectContaining({
          kind: "agent",
          state: "online",
          order: expect.objectContaining({ connection: 2 }),
        }),
      ),
    );
    await agent.stop();
    await until(() =>
      expect(rig.gateway.states.at(-1)).toMatchObject({ state: "offline", reason: "stopped" }),
    );
  });
});
