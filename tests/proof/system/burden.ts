import { type ChildProcess, spawn } from "node:child_process";

/** Processes that do nothing but take the processors away from everybody else. */
export class Burden {
  readonly #children: readonly ChildProcess[];

  constructor(count: number) {
    // Each ends with this process, also when that is killed: its standard input ends.
    const busy =
      "process.stdin.on('end', () => process.exit()).resume(); setInterval(() => { const end = Date.now() + 90; while (Date.now() < end); }, 0)";
    this.#children = Array.from({ length: count }, () =>
      spawn(process.execPath, ["-e", busy], { stdio: ["pipe", "ignore", "ignore"] }),
    );
  }

  async lift(): Promise<void> {
    await Promise.all(
      this.#children.map((child) => {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        return gone;
      }),
    );
  }
}
