import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { type SimulatorControl, simulatorControl } from "../support/simulator.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openViewer, type Viewer } from "../support/viewer.ts";
import { expectAgreement } from "./agreement.ts";

/*
 * The whole way of a reading on real servers, with scripted presses instead of traffic, so that every total is known
 * to the last entry. The tests run in order on one system: each adds to the totals of those before.
 */
const TURNSTILES = ["40380-T1", "40380-T2", "41400-T1", "40900-T2"];

let system: TestSystem;
let viewer: Viewer;
let simulator: SimulatorControl;
let pressed = 0;

async function boot(): Promise<void> {
  system = await startSystem({
    home,
    args: ["--no-traffic"],
  });
  viewer = openViewer(system.endpoints.DASHBOARD_URL);
  simulator = simulatorControl(system.endpoints.FIRMWARE_SIM_URL);
}

let home: string | undefined;

beforeAll(async () => {
  await boot();
  home = system.home;
});

afterAll(async () => {
  viewer?.close();
  await system?.stop();
  await system?.remove();
});

async function press(device: string, count: number): Promise<void> {
  await simulator.press(device, count);
  pressed += count;
}

/** About 100 presses a second over all turnstiles until the returned function is called, which waits for the last. */
function pressSteadily(): () => Promise<void> {
  let going = true;
  const running = (async () => {
    while (going) {
      for (const device of TURNSTILES) await press(device, 5);
      await sleep(200);
    }
  })();
  return () => {
    going = false;
    return running;
  };
}

/** An entry that is pressed from now on is on the page. */
async function flows(): Promise<void> {
  const before = pressed;
  await eventually(() => expect(viewer.entries ?? 0).toBeGreaterThan(before));
}

/** A part has another process than this one, and is ready. */
async function isBack(name: string, killed: number): Promise<void> {
  await eventually(async () => {
    const part = (await system.parts()).find((each) => each.name === name);
    expect(part).toMatchObject({ state: "ready" });
    expect(part?.pid).not.toBe(killed);
  });
}

test("N presses on pseudo-terminals are N entries on the page", async () => {
  for (const device of TURNSTILES) await press(device, 250);
  await expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);
  expect(viewer.state?.entries["40380"]).toBe(500);
  expect(viewer.state?.entries["41400"]).toBe(250);
});

test("all presses at an unplugged turnstile arrive when it is back; meanwhile the page shows it offline", async () => {
  const before = pressed;
  await simulator.fault("unplug", "40380-T1");
  await eventually(() => expect(viewer.state?.devices["40380-T1"]?.state).toBe("offline"), 20_000);
  await press("40380-T1", 40);
  await press("40380-T2", 10);
  // The neighbour's presses pass, those of the unplugged device do not.
  await eventually(() => expect(viewer.entries).toBe(before + 10), 20_000);
  await simulator.heal();
  await eventually(() => expect(viewer.state?.devices["40380-T1"]?.state).toBe("online"), 20_000);
  await expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);
});

test.each(["gateway", "edge", "central", "kafka", "ksql", "firmware-sim", "dashboard"])(
  "nothing is lost or counted twice after a SIGKILL of %s under load",
  async (part) => {
    const finish = pressSteadily();
    try {
      await flows();
      const pid = await system.pidOf(part);
      if (part === "firmware-sim") {
        // Presses of a simulator that is gone never happened: only those before and after it count.
        await finish();
        await system.kill(part);
        await eventually(() => press("40380-T1", 5));
      } else {
        await system.kill(part);
        await isBack(part, pid);
      }
    } finally {
      await finish();
    }
    await expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);
  },
);

test("the counts go on after a stop and a start", async () => {
  viewer.close();
  await system.stop();
  await boot();
  await expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);
  for (const device of TURNSTILES) await press(device, 25);
  await expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);
});
