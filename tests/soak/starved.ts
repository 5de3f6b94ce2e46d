import { type ChildProcess, spawn } from "node:child_process";

/** Busy, and gone soon after the process that started it. */
const UNTIL_ORPHANED =
  "while kill -0 $PPID 2>&-; do n=0; while [ $n -lt 100000 ]; do n=$((n + 1)); done; done";

/** Processes that never wait, beside whatever else runs: the load average rises by their number. */
export class Starved {
  readonly #children: readonly ChildProcess[];

  constructor(processes: number) {
    this.#children = Array.from({ length: processes }, () =>
      spawn("sh", ["-c", UNTIL_ORPHANED], { stdio: "ignore" }),
    );
  }

  end(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
