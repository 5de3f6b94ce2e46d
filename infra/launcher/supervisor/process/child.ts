import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, closeSync, constants, mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { setPriority } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { defined } from "../../../runtime/defined.ts";
import type { Ended, Launched } from "../supervise/part.ts";
import { lastWords } from "./log-tail.ts";
import type { Watchdog } from "./watchdog.ts";

/** A log larger than this is set aside as `.1` when its part starts. */
const LOG_BYTES = 10 * 1024 * 1024;

export interface ChildCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** stdout and stderr are appended here. */
  readonly log: string;
  /** How to ask it to end. */
  readonly stopSignal: "SIGTERM" | "SIGINT";
  /**
   * How the child learns that its parent is gone: our own processes by the end of their stdin, others by the
   * kernel's parent-death signal where `setpriv` can set it. "none": the command sees to it itself.
   */
  readonly tie: "stdin" | "signal" | "none";
  /** 0 (as its parent, the default) to 19: how far it stands back when the processor is short. */
  readonly niceness?: number;
  /** Root becomes this account, and keeps none of its rights; absent: as its parent. */
  readonly account?: { readonly uid: number; readonly gid: number };
}

/**
 * Start a process that ends with this one. It runs in a session of its own, so that Ctrl+C reaches only the
 * supervisor, which then stops all in order.
 *
 * @param probe - resolves when the process answers; is told its id, and to stop trying once it has ended.
 */
export function startChild(
  command: ChildCommand,
  watchdog: Watchdog,
  probe: (ended: AbortSignal, pid: number) => Promise<void>,
): Launched {
  const abort = new AbortController();
  const child = spawnChild(command);
  const { pid } = child;
  // At once, before it makes threads: each inherits the priority of the one that made it.
  if (pid !== undefined && command.niceness) setPriority(pid, command.niceness);
  if (pid !== undefined) watchdog.watch(pid, command.stopSignal.replace("SIG", ""));
  const ended = new Promise<Ended>((resolve) => {
    child.once("error", (error) => resolve({ code: null, reason: error.message }));
    child.once("exit", (code, signal) => resolve({ code, reason: why(code, signal, command.log) }));
  }).then((result) => {
    abort.abort();
    if (pid !== undefined) watchdog.forget(pid);
    return result;
  });
  return {
    pid: pid ?? null,
    ready: pid === undefined ? new Promise(() => {}) : probe(abort.signal, pid),
    ended,
    stop: () => void child.kill(command.stopSignal),
    kill: () => void child.kill("SIGKILL"),
    ...(child.stdin ? { say: (line: string) => void child.stdin?.write(`${line}\n`) } : {}),
  };
}

function spawnChild(command: ChildCommand): ChildProcess {
  mkdirSync(dirname(command.log), { recursive: true });
  setAside(command.log);
  const log = openSync(command.log, "a");
  const [program, args] = command.tie === "signal" ? tied(command) : [command.program, command.args];
  try {
    return spawn(program, args, {
      cwd: command.cwd,
      env: { ...command.env, ...(command.tie === "stdin" ? { ELEVATED_PARENT: "pipe" } : {}) },
      stdio: [command.tie === "stdin" ? "pipe" : "ignore", log, log],
      detached: true,
      // Done after the change to `cwd`, which may lie where the account itself cannot go.
      ...defined({ uid: command.account?.uid, gid: command.account?.gid }),
    });
  } finally {
    closeSync(log);
  }
}

function tied({ program, args, stopSignal }: ChildCommand): [program: string, args: readonly string[]] {
  const setpriv = onPath("setpriv");
  if (!setpriv) return [program, args];
  return [setpriv, ["--pdeathsig", stopSignal.replace("SIG", ""), program, ...args]];
}

/** Where a program is, or undefined. */
export function onPath(program: string, path = process.env["PATH"] ?? ""): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function why(code: number | null, signal: NodeJS.Signals | null, log: string): string {
  const how = signal ? `ended by ${signal}` : `ended with code ${code}`;
  // Who is killed from outside had nothing to say about it.
  const words = code === 0 || signal === "SIGKILL" ? "" : lastWords(log);
  return words === "" ? how : `${how}: ${words}`;
}

function setAside(log: string): void {
  try {
    if (statSync(log).size > LOG_BYTES) renameSync(log, `${log}.1`);
  } catch {
    // No log yet.
  }
}
