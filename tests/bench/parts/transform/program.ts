import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { memoryOf } from "../../../../infra/launcher/supervisor/process/tree.ts";
import { processorSecondsOf } from "../../process-figures.ts";

const LOG_BYTES = 4_000;

/** A contender's process. */
export interface Program {
  readonly pid: number;
  /** Rejects with its last words when it ends by itself. */
  readonly failed: Promise<never>;
  /** Processor seconds so far. */
  processorSeconds(): number;
  /** Proportional set size, bytes; or that of what no file holds: pages of files are the kernel's to take back. */
  memory(kind?: "Pss" | "Pss_Anon"): number;
  /** SIGKILL: every run starts again, so nothing need be left in order. */
  kill(): Promise<void>;
}

export function startProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Program {
  const child: ChildProcess = spawn(command, args, {
    // Ours end with this process, also when it is killed.
    env: { ...process.env, ELEVATED_PARENT: "pipe", ...env },
    stdio: ["pipe", "ignore", "pipe"],
  });
  let words = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-LOG_BYTES);
  });
  const gone = once(child, "exit");
  const failed = gone.then(([code]) => {
    throw new Error(`${[command, ...args].join(" ")} ended with ${code}:\n${words}`);
  });
  failed.catch(() => {});
  return {
    pid: child.pid ?? 0,
    failed,
    processorSeconds: () => processorSecondsOf(child.pid ?? 0),
    memory: (kind) => memoryOf([child.pid ?? 0], kind),
    async kill() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
