import { type ChildProcess, spawn } from "node:child_process";

/** Processes that never wait, beside whatever else runs: the load average rises by their number. */
export class Starved {
  readonly #children: readonly ChildProcess[];

  constructor(processes: number) {
    this.#children = Array.from({ length: processes }, () =>
      spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" }),
    );
  }

  end(): void {
    for (const child of this.#children) child.kill("SIGKILL");
  }
}
