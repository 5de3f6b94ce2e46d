import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../runtime/clock.ts";
import { treeOf } from "../process/tree.ts";
import { startWatchdog } from "../process/watchdog.ts";
import { FullDisk } from "./full-disk.ts";
import type { FaultTargets } from "./maker.ts";
import { SlowProcess } from "./slow-process.ts";
import { StarvedMachine } from "./starved-machine.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0).reverse()) close();
});

function node(script: string, ...args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["-e", script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  open.push(() => void child.kill("SIGKILL"));
  return child;
}

const targets = (child: ChildProcess): FaultTargets => ({
  pidOf: () => (child.exitCode === null && child.signalCode === null ? (child.pid ?? null) : null),
  say: () => false,
});

function stateOf(pid: number | undefined): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3);
}

const disk = new FullDisk("edge", { pidOf: () => process.pid, say: () => false });

describe("faults of real processes", () => {
  test("a slow process stands still now and then, and runs when the fault is over", async () => {
    const child = node("setInterval(() => {}, 20)");
    const heal = new SlowProcess("kafka", targets(child), systemClock).strike();
    await expect.poll(() => stateOf(child.pid), { interval: 10, timeout: 5_000 }).toBe("T");
    await expect.poll(() => stateOf(child.pid), { interval: 10, timeout: 5_000 }).not.toBe("T");
    await expect.poll(() => stateOf(child.pid), { interval: 10, timeout: 5_000 }).toBe("T");
    heal();
    await expect.poll(() => stateOf(child.pid), { interval: 10, timeout: 5_000 }).not.toBe("T");
  });

  test("one that stands still when its supervisor is killed ends in order", async () => {
    const child = node(
      "process.on('SIGTERM', () => process.exit(7)); setInterval(() => {}, 20); console.log()",
    );
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    const watchdog = startWatchdog();
    watchdog.watch(child.pid ?? 0, "TERM");
    child.kill("SIGSTOP");
    await expect.poll(() => stateOf(child.pid)).toBe("T");
    const ended = once(child, "exit");
    watchdog.close();
    expect(await ended).toEqual([7, null]);
  });

  test.skipIf(!disk.isPossible())("on a full disk nothing can be written until it is over", async () => {
    const folder = mkdtempSync(join(tmpdir(), "full-disk-"));
    open.push(() => rmSync(folder, { recursive: true, force: true }));
    const child = node(
      `const { appendFileSync } = require("node:fs");
       setInterval(() => {
         try { appendFileSync(process.argv[1], "x"); console.log("written"); } catch (e) { console.log(e.code); }
       }, 20);`,
      join(folder, "file"),
    );
    let last = "";
    child.stdout?.on("data", (said: Buffer) => {
      last = String(said).trim().split("\n").at(-1) ?? "";
    });
    await expect.poll(() => last, { timeout: 5_000 }).toBe("written");
    const heal = new FullDisk("edge", targets(child)).strike();
    await expect.poll(() => last, { timeout: 5_000 }).toBe("EFBIG");
    heal();
    await expect.poll(() => last, { timeout: 5_000 }).toBe("written");
  });

  test("what starves the machine ends when it is told to, and by itself", async () => {
    const processes = (): number => treeOf(process.pid).length;
    // Those of the tests before.
    await expect.poll(processes, { timeout: 10_000 }).toBe(1);
    const heal = new StarvedMachine(1).strike({ forMs: 60_000 });
    expect(processes()).toBe(5);
    heal();
    await expect.poll(processes, { timeout: 10_000 }).toBe(1);
    new StarvedMachine(1).strike({ forMs: 300 });
    await expect.poll(processes, { timeout: 10_000 }).toBe(1);
  });
});
