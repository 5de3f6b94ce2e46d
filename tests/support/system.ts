import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { PartReport } from "../../infra/launcher/supervisor/supervise/supervisor.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { bearer } from "../../infra/runtime/security/http.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { resolveEndpoints } from "../../infra/runtime/service/precedence.ts";

const POLL_MS = 50;
const READY_WITHIN_MS = 120_000;

/** A whole system, as `npm start` runs it, on free ports. */
export interface TestSystem {
  readonly home: string;
  readonly endpoints: Endpoints;
  /** The supervisor's process. */
  readonly pid: number;
  parts(): Promise<readonly PartReport[]>;
  /**
   * The process of a part, or of a role that runs in one.
   *
   * @throws Error when there is no such part or it has no process.
   */
  pidOf(part: string): Promise<number>;
  /** SIGKILL; the supervisor starts it again. Resolves when its process is gone. */
  kill(part: string): Promise<void>;
  /** End a part in order and keep it ended, or start it again. */
  request(part: string, what: "start" | "stop"): Promise<void>;
  /** Resolves once the part is in this state. */
  until(part: string, state: PartReport["state"]): Promise<void>;
  /** SIGINT, as Ctrl+C sends it; its state stays. @returns the exit code. */
  stop(): Promise<number | null>;
  /** Remove its state. It must have ended. */
  remove(): Promise<void>;
  /** SIGKILL to the supervisor alone. */
  killSupervisor(): Promise<void>;
}

/**
 * Start the built system and wait until every part is ready.
 *
 * @param args - options of `start`, for example `["--without", "edge"]`.
 * @param home - of an earlier system; a new one when left out.
 * @throws Error with the supervisor's words when it ends or a part fails.
 */
export async function startSystem({
  command: what = "start",
  args = [],
  home,
  env = {},
  root = projectRoot(),
  readyWithinMs = READY_WITHIN_MS,
}: {
  /** `infra`: the servers only. */
  readonly command?: "start" | "infra";
  readonly args?: readonly string[];
  readonly home?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the project whose built files run; a copy may have a rule broken. */
  readonly root?: string;
  /** Ends a hang: of the start, and of each later wait for a part. */
  readonly readyWithinMs?: number;
} = {}): Promise<TestSystem> {
  const folder = home ?? mkdtempSync(join(tmpdir(), "elevated größer als 'L' "));
  const main = join(root, "dist", "infra", "launcher", "supervisor", "main.js");
  const command = [process.execPath, main, what, "--free-ports", "--home", folder, ...args];
  // As hard as a first start may have it: nothing that is made may be read by others, and no home of the user's.
  const child = spawn("/bin/sh", ["-c", 'umask 077 && exec "$0" "$@"', ...command], {
    env: { ...process.env, HOME: undefined, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let words = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-4_000);
  });
  const gone = new Promise<number | null>((resolve) => child.once("exit", resolve));
  try {
    const endpoints = await whenReady(child, folder, () => words, readyWithinMs);
    return systemOf(child, gone, folder, endpoints, readyWithinMs);
  } catch (error) {
    child.kill("SIGINT");
    await gone;
    if (home === undefined) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function systemOf(
  child: ChildProcess,
  gone: Promise<number | null>,
  home: string,
  endpoints: Endpoints,
  withinMs: number,
): TestSystem {
  const parts = (): Promise<readonly PartReport[]> => readParts(endpoints.SUPERVISOR_URL);
  const part = async (name: string): Promise<PartReport> => {
    const found = (await parts()).find((each) => each.name === partOf(name));
    if (!found) throw new Error(`there is no part ${name}`);
    return found;
  };
  const pidOf = async (name: string): Promise<number> => {
    const { pid, state } = await part(name);
    if (pid === null) throw new Error(`${name} has no process: it is ${state}`);
    return pid;
  };
  const until = (name: string, state: PartReport["state"]): Promise<void> =>
    poll(`${name} ${state}`, async () => (await part(name)).state === state, withinMs);
  const post = async (name: string, what: string): Promise<void> => {
    const url = `${endpoints.SUPERVISOR_URL}/parts/${partOf(name)}/${what}`;
    const response = await fetch(url, { method: "POST", headers: bearer(tokenOf(home)) });
    if (!response.ok) throw new Error(`${what} ${name}: ${await response.text()}`);
  };
  return {
    home,
    endpoints,
    pid: child.pid ?? 0,
    parts,
    pidOf,
    until,
    request: post,
    async kill(name) {
      const pid = await pidOf(name);
      await post(name, "kill");
      await poll(`process ${pid} gone`, async () => !isAlive(pid), withinMs);
    },
    async stop() {
      child.kill("SIGINT");
      return gone;
    },
    async remove() {
      rmSync(home, { recursive: true, force: true });
    },
    async killSupervisor() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** Of a private home. */
function tokenOf(home: string): string | undefined {
  const file = join(home, "token");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

/** The part whose process runs this role. */
function partOf(name: string): string {
  return name === "dedup" || name === "stations" ? "central" : name;
}

/** Does a process of this id exist? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function whenReady(
  child: ChildProcess,
  home: string,
  words: () => string,
  withinMs: number,
): Promise<Endpoints> {
  let endpoints: Endpoints | undefined;
  let missing = "every part";
  const ready = async (): Promise<boolean> => {
    if (child.exitCode !== null) throw new Error(`the system ended with ${child.exitCode}:\n${words()}`);
    if (!existsSync(join(home, "run", "endpoints.json"))) return false;
    // Only what the system itself wrote: an address of the user's environment is not its.
    endpoints = resolveEndpoints({ ELEVATED_HOME: home });
    const parts = await readParts(endpoints.SUPERVISOR_URL).catch(() => []);
    const lost = parts.find((part) => part.state === "failed");
    if (lost) throw new Error(`${lost.name} failed: ${lost.reason}\n${words()}`);
    const others = parts.filter((part) => part.state !== "ready");
    if (parts.length > 0) missing = others.map(({ name, state }) => `${name} is ${state}`).join(", ");
    return parts.length > 0 && others.length === 0;
  };
  await poll(() => `ready: ${missing}`, ready, withinMs);
  if (!endpoints) throw new Error("no endpoints");
  return endpoints;
}

async function readParts(supervisor: string): Promise<readonly PartReport[]> {
  const response = await fetch(`${supervisor}/status`);
  return ((await response.json()) as { parts: readonly PartReport[] }).parts;
}

async function poll(
  what: string | (() => string),
  done: () => Promise<boolean>,
  withinMs = READY_WITHIN_MS,
): Promise<void> {
  const began = performance.now();
  while (!(await done())) {
    if (performance.now() - began > withinMs)
      throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    await sleep(POLL_MS);
  }
}
