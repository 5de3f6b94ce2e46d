import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../infra/runtime/project-root.ts";

const NO_HOME = join(tmpdir(), "elevated-no-home");

/** A stage in a process of its own, as set-up built it, which a test may kill. */
export interface StageProcess {
  readonly pid: number;
  /** Its standard error so far, the last 64 kB. */
  readonly log: string;
  /** Resolves with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Resolves when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * Start `dist/<stage>/main.js`; of the gateway, unless told otherwise, what serves MQTT.
 *
 * @param ready - a text of its log that says it serves.
 * @throws Error with its log when it ends before that.
 */
export async function startStage(
  stage: string,
  env: Readonly<Record<string, string>>,
  ready: string,
  args: readonly string[] = stage === "gateway" ? ["mqtt"] : [],
): Promise<StageProcess> {
  const main = join(projectRoot(), "dist", stage, "main.js");
  const child = spawn(process.execPath, [main, ...args], {
    // Not the home of the user who runs the tests: its passwords and addresses are none of theirs.
    env: { ...process.env, ELEVATED_HOME: NO_HOME, ELEVATED_PARENT: "pipe", ...env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  let log = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      log = (log + String(chunk)).slice(-65_536);
      if (log.includes(ready)) resolve();
    });
    void exited.then((code) => reject(new Error(`${stage} ended with ${code}:\n${log}`)));
  });
  return {
    pid: child.pid ?? 0,
    get log() {
      return log;
    },
    exited,
    kill: (signal = "SIGKILL") => end(child, exited, signal),
  };
}

async function end(child: ChildProcess, exited: Promise<unknown>, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await exited;
}
