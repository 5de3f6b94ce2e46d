import { type ChildProcess, spawn } from "node:child_process";
import type { FaultMaker, FaultOrder } from "./maker.ts";

/**
 * Works until its time is over, or its standard input ends: however the supervisor ends, it does not stay. It looks up
 * each tenth of a second.
 */
const BUSY = `
const until = performance.now() + Number(process.argv[1]);
process.stdin.on("end", () => process.exit()).resume();
setInterval(() => {
  const pause = performance.now() + 95;
  while (performance.now() < pause);
  if (performance.now() > until) process.exit();
}, 0);
`;

/** Processes that take the processors away from everybody else on this machine. */
export class StarvedMachine implements FaultMaker {
  readonly #processors: number;

  /** @param processors - of this machine: each gets four of these processes. */
  constructor(processors: number) {
    this.#processors = processors;
  }

  isPossible(): boolean {
    return true;
  }

  strike({ forMs }: FaultOrder): () => void {
    const children = Array.from({ length: 4 * this.#processors }, () => busy(forMs));
    return () => {
      for (const child of children) child.kill("SIGKILL");
    };
  }
}

function busy(forMs: number): ChildProcess {
  const child = spawn(process.execPath, ["-e", BUSY, String(forMs)], { stdio: ["pipe", "ignore", "ignore"] });
  // Without it there is one burden less.
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return child;
}
