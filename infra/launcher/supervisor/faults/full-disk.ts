import { execFileSync } from "node:child_process";
import { onPath } from "../process/child.ts";
import type { FaultMaker, FaultTargets } from "./maker.ts";

/**
 * A disk on which a part can write no more: its process may make no file longer (RLIMIT_FSIZE, which needs no right
 * and strikes nobody else). Each write fails with EFBIG where a full disk says ENOSPC; Node ignores the signal that comes
 * with it. The limit ends with the process.
 */
export class FullDisk implements FaultMaker {
  readonly #part: string;
  readonly #targets: FaultTargets;
  /** From util-linux. */
  readonly #prlimit = onPath("prlimit");

  constructor(part: string, targets: FaultTargets) {
    this.#part = part;
    this.#targets = targets;
  }

  isPossible(): boolean {
    return this.#prlimit !== undefined && this.#targets.pidOf(this.#part) !== null;
  }

  strike(): () => void {
    const pid = this.#targets.pidOf(this.#part);
    if (pid === null) throw new Error(`${this.#part} does not run now`);
    const before = this.#limit(pid, "--fsize", "--raw", "--noheadings", "--output=SOFT").trim();
    this.#limit(pid, "--fsize=0:");
    return () => {
      // A process that was started meanwhile has no such limit.
      if (this.#targets.pidOf(this.#part) === pid) this.#limit(pid, `--fsize=${before}:`);
    };
  }

  #limit(pid: number, ...words: readonly string[]): string {
    return execFileSync(this.#prlimit ?? "prlimit", ["--pid", String(pid), ...words], { encoding: "utf8" });
  }
}
