import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { memoryOf, treeOf } from "../../../infra/launcher/supervisor/process/tree.ts";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import type { BenchmarkPart, Contender, Figures } from "../harness.ts";

/** Each question costs the page a millisecond of what it has for itself. */
const POLL_MS = 50;
const GIVE_UP_MS = 120_000;
/** Long enough for the processes to have settled after their start. */
const SETTLE_MS = 15_000;

interface Train {
  readonly id: string;
  readonly stationId: number;
  /** Of an earlier run: not what a start brought. */
  readonly stale: boolean;
}

/** `npm start` with set-up done, from the command to what a person sees. */
export const startPart: BenchmarkPart = {
  name: "start",
  about:
    "npm start with set-up done: time to the page, the first train and the first train seen at a second station; memory",
  contenders: () => [firstStart, secondStart],
};

const firstStart: Contender = {
  name: "empty home",
  async run() {
    const home = newHome();
    try {
      return await oneStart(home);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

const secondStart: Contender = {
  name: "home of an earlier run",
  async run() {
    const home = newHome();
    try {
      await oneStart(home);
      return await oneStart(home);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

function newHome(): string {
  return mkdtempSync(join(tmpdir(), "elevated-bench-"));
}

async function oneStart(home: string): Promise<Figures> {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  const main = join(projectRoot(), "dist", "infra", "launcher", "supervisor", "main.js");
  const child = spawn(process.execPath, [main, "start", "--free-ports", "--quiet", "--home", home], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const page = await until(
      child,
      () => dashboardOf(home),
      (url) => answers(url),
    );
    const pageSeconds = seconds();
    const first = await until(
      child,
      () => trainsOf(page),
      (trains) => trains.length > 0,
    );
    const trainSeconds = seconds();
    const at = new Map(first.map((train) => [train.id, train.stationId]));
    await until(
      child,
      () => trainsOf(page),
      (trains) => trains.some((train) => (at.get(train.id) ?? train.stationId) !== train.stationId),
    );
    const movedSeconds = seconds();
    await sleep(SETTLE_MS);
    const memory = memoryOf(treeOf(child.pid ?? 0));
    return {
      "page answers, s": pageSeconds,
      "first train on the page, s": trainSeconds,
      "a train seen at its second station, s": movedSeconds,
      "memory of all processes (PSS), MB": memory / 1e6,
    };
  } finally {
    await stopped(child);
  }
}

/** Ask until the answer is good; fail when the system ended or took too long. */
async function until<T>(
  child: ChildProcess,
  ask: () => Promise<T | undefined> | T | undefined,
  good: (answer: T) => boolean | Promise<boolean>,
): Promise<T> {
  for (const began = performance.now(); performance.now() - began < GIVE_UP_MS; await sleep(POLL_MS)) {
    if (child.exitCode !== null) throw new Error(`the system ended with exit code ${child.exitCode}`);
    const answer = await ask();
    if (answer !== undefined && (await good(answer))) return answer;
  }
  throw new Error(`nothing after ${GIVE_UP_MS / 1000} s`);
}

function dashboardOf(home: string): string | undefined {
  try {
    const file = JSON.parse(readFileSync(join(home, "run", "endpoints.json"), "utf8")) as {
      DASHBOARD_URL?: string;
    };
    return file.DASHBOARD_URL;
  } catch {
    return undefined;
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/healthz`)).ok;
  } catch {
    return false;
  }
}

async function trainsOf(page: string): Promise<readonly Train[] | undefined> {
  try {
    const response = await fetch(`${page}/api/v1/trains`);
    if (!response.ok) return undefined;
    return ((await response.json()) as readonly Train[]).filter((train) => !train.stale);
  } catch {
    return undefined;
  }
}

function stopped(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}
