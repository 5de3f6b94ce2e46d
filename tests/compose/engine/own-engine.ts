import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../../../infra/runtime/testing/eventually.ts";
import { Engine } from "./engine.ts";

const NEEDED = ["dockerd", "docker", "iptables"];

/** What this machine lacks for an engine of its own, in words; undefined: nothing. */
export function ownEngineLacks(): string | undefined {
  if (process.getuid?.() !== 0) return "root's rights";
  const missing = NEEDED.filter(
    (program) => spawnSync("sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status !== 0,
  );
  return missing.length === 0
    ? undefined
    : `${missing.join(", ")} (Debian: apt-get install docker.io docker-cli iptables)`;
}

export interface OwnEngine {
  readonly engine: Engine;
  stop(): Promise<void>;
}

/**
 * A Docker daemon with all its data below a folder and a socket of its own: another one of this machine is not touched.
 *
 * @throws Error with the place of its log when it does not answer
 */
export async function startOwnEngine(folder: string): Promise<OwnEngine> {
  mkdirSync(folder, { recursive: true });
  const host = `unix://${join(folder, "docker.sock")}`;
  const log = join(folder, "dockerd.log");
  const daemon = spawn(
    "dockerd",
    [
      ...["--host", host, "--pidfile", join(folder, "dockerd.pid")],
      ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "run")],
    ],
    // A group of its own: the terminal's Ctrl+C takes the containers down first, and then it.
    { stdio: ["ignore", openSync(log, "a"), openSync(log, "a")], detached: true },
  );
  const engine = new Engine(host);
  try {
    await eventually(async () => {
      if (daemon.exitCode !== null || !engine.answers) throw new Error(`dockerd does not answer: ${log}`);
    }, 60_000);
  } catch (error) {
    await end(daemon);
    throw error;
  }
  return { engine, stop: () => end(daemon) };
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const exited = once(daemon, "exit");
  daemon.kill("SIGTERM");
  await exited;
}
