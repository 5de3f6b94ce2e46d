import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const AGAIN_AFTER_MS = 500;

/** A program that is started again whenever it ends, as the supervisor does with its own. */
export class Program {
  readonly #command: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #cwd: string;
  readonly #logFile: string | undefined;
  #child: ChildProcess | undefined;
  #over = false;
  #running: Promise<void> | undefined;
  #log = "";
  starts = 0;

  /**
   * @param command - the program and its words.
   * @param logFile - gets what it says: its own disk may be gone when somebody wants to know.
   */
  constructor(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    cwd: string,
    logFile?: string,
  ) {
    this.#command = command;
    this.#env = env;
    this.#cwd = cwd;
    this.#logFile = logFile;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last 16 kB of its standard error. */
  get log(): string {
    return this.#log;
  }

  start(): void {
    this.#running = this.#run();
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
  }

  /** Resolves when it has ended. */
  async stop(by: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    this.#over = true;
    this.#child?.kill("SIGCONT");
    this.#child?.kill(by);
    const late = setTimeout(() => this.kill(), 10_000);
    await this.#running;
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    const [program = "", ...words] = this.#command;
    while (!this.#over) {
      this.starts++;
      let log = this.#logFile === undefined ? undefined : openSync(this.#logFile, "a");
      const child = spawn(program, words, {
        cwd: this.#cwd,
        // It ends with this process, however that ends.
        env: { ...process.env, ELEVATED_PARENT: "pipe", ...this.#env },
        stdio: ["pipe", log ?? "ignore", "pipe"],
      });
      this.#child = child;
      child.stdin?.on("error", () => {});
      child.stderr?.on("data", (chunk: Buffer) => {
        this.#log = (this.#log + chunk.toString()).slice(-16_384);
        if (log !== undefined) writeSync(log, chunk);
      });
      await new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
        child.once("error", (error) => {
          this.#log += `${error.message}\n`;
          resolve();
        });
      });
      if (log !== undefined) closeSync(log);
      log = undefined;
      if (!this.#over) await sleep(AGAIN_AFTER_MS);
    }
  }
}
