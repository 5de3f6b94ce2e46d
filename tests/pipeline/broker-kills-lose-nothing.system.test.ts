import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { EXIT } from "../../schemas/errors.ts";
import { type SimulatorControl, simulatorControl } from "../support/simulator.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader } from "../support/topic-reader.ts";
import { openViewer, type Viewer } from "../support/viewer.ts";
import { expectAgreement } from "./agreement.ts";

/*
 * Three brokers, of which any one may be gone. The tests run in order on one system: each adds to the totals of those
 * before. What a reading does not pass is left out.
 */
const PARTS = "dashboard,firmware-sim,edge,gateway,central,audit,ksql,queries";
/** A longer run: BROKER_KILLS=kafka,kafka-2,kafka-3. */
const KILLED = (process.env["BROKER_KILLS"] ?? "kafka-2").split(",");
const TURNSTILES = ["40380-T1", "40380-T2", "41400-T1", "40900-T2"];

let system: TestSystem;
let viewer: Viewer;
let simulator: SimulatorControl;
let pressed = 0;

beforeAll(async () => {
  system = await startSystem({ args: ["--brokers", "3", "--only", PARTS, "--no-traffic"] });
  viewer = openViewer(system.endpoints.DASHBOARD_URL);
  simulator = simulatorControl(system.endpoints.FIRMWARE_SIM_URL);
});

afterAll(async () => {
  viewer?.close();
  await system?.stop();
  await system?.remove();
});

/** An entry that is pressed from now on is on the page. */
async function flows(): Promise<void> {
  const before = pressed;
  await eventually(() => expect(viewer.entries ?? 0).toBeGreaterThan(before));
}

/** About 100 presses a second over all turnstiles while `work` is done: entries reach the page before it and after it. */
async function underLoad(work: () => Promise<void>): Promise<void> {
  let going = true;
  const pressing = (async () => {
    while (going) {
      for (const device of TURNSTILES) {
        await simulator.press(device, 5);
        pressed += 5;
      }
      await sleep(200);
    }
  })();
  try {
    await flows();
    await work();
    await flows();
  } finally {
    going = false;
    await pressing;
  }
}

const agreed = () => expectAgreement(system.endpoints.DASHBOARD_URL, viewer, pressed);

test("every topic has three copies, Kafka's own ones too", async () => {
  await underLoad(flows);
  await agreed();
  expect(system.endpoints.KAFKA_BROKERS.split(",")).toHaveLength(3);
  const reader = await openTopicReader(system.endpoints);
  const topics = await reader.admin.describeTopics();
  await reader.close();
  expect(topics.map(({ topic }) => topic)).toEqual(
    expect.arrayContaining(["__consumer_offsets", "__transaction_state", "_schemas", "TURNSTILE_SUMMARY"]),
  );
  expect(topics.filter(({ replicas }) => replicas.some((copies) => copies !== 3))).toEqual([]);
});

test.each(KILLED)("nothing is lost or counted twice after a SIGKILL of %s under load", async (broker) => {
  await underLoad(async () => {
    await system.kill(broker);
    await system.until(broker, "ready");
  });
  await agreed();
});

test("the system goes on and the proof holds while one broker is kept down", async () => {
  await underLoad(() => system.request("kafka", "stop"));
  await system.until("kafka", "stopped");
  await underLoad(flows);
  await agreed();
});

test("the home stays as it is when started with another number of brokers, and the error says what to do", async () => {
  await system.stop();
  const main = join(projectRoot(), "dist", "infra", "launcher", "supervisor", "main.js");
  const args = [main, "start", "--free-ports", "--home", system.home, "--brokers", "1"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect(status).toBe(EXIT.config);
  expect(stderr).toMatch(/made with three brokers, not 1: leave --brokers out/);
});
