import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { projectRoot } from "../infra/runtime/project-root.ts";
import type { SimulatedDeviceView } from "./control/api.ts";

/** The simulator as its own process on real pseudo-terminals. */
interface Running {
  readonly child: ChildProcess;
  readonly url: string;
}

const home = mkdtempSync(join(tmpdir(), "firmware-system-"));
const children: ChildProcess[] = [];

async function start(...args: string[]): Promise<Running> {
  const child = spawn(
    process.execPath,
    ["dist/firmware-sim/main.js", "--stations", "40380", "--no-traffic", ...args],
    {
      cwd: projectRoot(),
      env: { ...process.env, ELEVATED_HOME: home, FIRMWARE_SIM_PORT: "0", LOG_LEVEL: "info" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  children.push(child);
  const { stderr } = child;
  const url = await new Promise<string>((resolve, reject) => {
    let log = "";
    stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const found = /"control":"([^"]+)"/.exec(log)?.[1];
      if (found) resolve(found);
    });
    child.once("exit", () => reject(new Error(log)));
  });
  return { child, url };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exit = once(child, "exit");
  child.kill(signal);
  return (await exit)[0] as number | null;
}

async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function device(url: string, id: string): Promise<SimulatedDeviceView | undefined> {
  const devices = (await (await fetch(`${url}/devices`)).json()) as SimulatedDeviceView[];
  return devices.find((d) => d.id === id);
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) await ended(child, "SIGKILL");
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

test("presses survive SIGKILL of the simulator to the last one, under a new boot of the same memory", async () => {
  const first = await start();
  expect(await post(`${first.url}/press`, { device: "40380-T1", count: 5000 })).toEqual({
    stored: 5000,
    last: { bootId: expect.any(Number) as number, seq: 5000 },
  });
  const before = await device(first.url, "40380-T1");
  await ended(first.child, "SIGKILL");
  const second = await start();
  const after = await device(second.url, "40380-T1");
  expect(after).toMatchObject({
    seq: 0,
    numbered: 5000,
    happened: 5000,
    waiting: 5000,
    memoryBootId: before?.memoryBootId,
  });
  expect(after?.bootId).toBeGreaterThan(before?.bootId ?? 0);
});

test("a second simulator in the same home is refused; SIGTERM ends the first with 0 and takes its lines away", async () => {
  const first = await start();
  const path = (await device(first.url, "40380-T2"))?.path ?? "";
  expect(existsSync(path)).toBe(true);
  await expect(start()).rejects.toThrow(`process ${first.child.pid}`);
  expect(await ended(first.child, "SIGTERM")).toBe(0);
  expect(existsSync(path)).toBe(false);
});

test("an unplugged device's path is gone and comes back when its time is over", async () => {
  const { url } = await start();
  const path = (await device(url, "40380-T1"))?.path ?? "";
  await post(`${url}/faults`, { kind: "unplug", target: "40380-T1", forMs: 300 });
  expect(existsSync(path)).toBe(false);
  expect(await device(url, "40380-T1")).toMatchObject({ path: null, faults: ["unplug"] });
  await expect.poll(() => existsSync(path)).toBe(true);
  expect(await device(url, "40380-T1")).toMatchObject({ path, faults: [] });
});
