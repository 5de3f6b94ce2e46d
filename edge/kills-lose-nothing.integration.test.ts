import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectRoot } from "../infra/runtime/project-root.ts";
import { seededRandom } from "../infra/runtime/random.ts";
import { EXIT } from "../schemas/errors.ts";
import { LmdbFile } from "./outbox/damage/lmdb-file.ts";
import { Rig, STATION, until } from "./testing/rig.ts";

/** A longer run: EDGE_KILLS=200. */
const KILLS = Number(process.env["EDGE_KILLS"] ?? 30);

let rig: Rig;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await rig.close();
});

function spawnEdge(...args: string[]): ChildProcess {
  const child = spawn(process.execPath, [join(projectRoot(), "dist", "edge", "main.js"), ...args], {
    cwd: projectRoot(),
    env: { ...process.env, ELEVATED_HOME: rig.home, MQTT_URL: rig.gateway.url, LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

function isSound(file: string): boolean {
  const pages = new LmdbFile(file);
  try {
    return pages.fault() === null;
  } finally {
    pages.close();
  }
}

async function outputOf(child: ChildProcess): Promise<{ code: number | null; text: string }> {
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, text };
}

test(`nothing is lost or doubled while the agent is killed ${KILLS} times at random under load`, async () => {
  const random = seededRandom(20261123, "kills");
  const pair = [rig.plugIn("40380-T1"), rig.plugIn("40380-blue-A1")];
  for (let i = 0; i < KILLS; i++) {
    const before = rig.gateway.readings().length;
    const child = spawnEdge("--station", String(STATION));
    for (const device of pair) device.press(100);
    // Once it works, at some moment of its work.
    await until(() => expect(rig.gateway.readings().length).toBeGreaterThan(before), 60_000);
    await new Promise((resolve) => setTimeout(resolve, random() * 100));
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  spawnEdge("--station", String(STATION));
  await rig.everythingArrives(60_000);
  expect(rig.gateway.readings().length).toBeGreaterThan(0);
}, 600_000);

test("a second agent for a station is refused with the first one's process id; the outbox can be looked at", async () => {
  const turnstile = rig.plugIn("40380-T1");
  const first = spawnEdge("--station", String(STATION));
  turnstile.press(5);
  await rig.everythingArrives(60_000);
  const second = await outputOf(spawnEdge("--station", String(STATION)));
  expect(second.code).toBe(EXIT.failure);
  expect(second.text).toContain(`process ${first.pid}`);
  const shown = await outputOf(spawnEdge("outbox", String(STATION)));
  expect(shown.code).toBe(EXIT.ok);
  expect(shown.text).toMatch(/40380-T1 +0 +- +5 +5 +0/);
  first.kill("SIGTERM");
  expect((await once(first, "exit"))[0]).toBe(EXIT.ok);
}, 120_000);

test("a damaged outbox is set aside and named, and its stations go on", async () => {
  const pair = [rig.plugIn("40380-T1"), rig.plugIn("40380-blue-A1")];
  const first = spawnEdge("--station", String(STATION));
  for (const device of pair) device.press(200);
  await rig.everythingArrives(60_000);
  first.kill("SIGKILL");
  await once(first, "exit");
  const file = join(rig.home, "edge", "outbox", "data.mdb");
  // Pages at the end may be free ones: cut until one in use is gone.
  while (isSound(file)) truncateSync(file, Math.floor(statSync(file).size / 2));
  const shown = await outputOf(spawnEdge("outbox", String(STATION)));
  expect(shown).toMatchObject({ code: EXIT.failure, text: expect.stringContaining("is damaged") });
  const output = outputOf(spawnEdge("--station", String(STATION)));
  for (const device of pair) device.press(200);
  await until(() => {
    for (const { device } of pair) expect(rig.gateway.count(device.deviceId)).toBe(400);
  }, 60_000);
  for (const child of children) child.kill("SIGTERM");
  const { text } = await output;
  expect(text).toContain("EDGE_OUTBOX_DAMAGED");
  expect(text).toContain(readdirSync(join(rig.home, "edge")).find((name) => name.includes(".damaged-")));
}, 120_000);

test("an unknown station: exit 2 and the nearest names", async () => {
  const { code, text } = await outputOf(spawnEdge("--station", "Clark"));
  expect(code).toBe(EXIT.usage);
  expect(text).toContain("40380 Clark/Lake");
}, 60_000);
