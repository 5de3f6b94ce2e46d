import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report, Try } from "./fuzz.ts";

export interface Run {
  readonly target: string;
  readonly seed: number;
  readonly seconds: number;
  readonly from: number;
  /** Where the child says what it is at: a busy one can send no message. */
  readonly progressFile: string;
}

/** What the child writes before each try. */
export interface Progress {
  readonly begun: number;
  readonly tried: Try;
  readonly at: number;
}

/** A try that takes longer than this does not end, ms: the slowest honest one takes a second. */
const HANG_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** Runs targets in a process of its own, which can be killed when an input keeps it busy for ever. */
export class FuzzBench {
  #child: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "fuzz-"));

  run(run: Omit<Run, "progressFile">): Promise<Report> {
    this.#child ??= fork(fileURLToPath(new URL("./fuzz.child.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
    });
    const child = this.#child;
    const progressFile = join(this.#folder, `${run.target}.json`);
    return new Promise((resolve, reject) => {
      let last: Progress | undefined;
      let since = performance.now();
      const watch = setInterval(() => {
        const now = progressIn(progressFile);
        if (now?.begun !== last?.begun) {
          last = now;
          since = performance.now();
        } else if (performance.now() - since > HANG_MS) {
          end();
          this.#kill();
          if (last) resolve(hung(run.target, last));
          else reject(new Error(`${run.target} did not begin within ${HANG_MS / 1000} s`));
        }
      }, LOOK_EVERY_MS);
      const end = (): void => {
        clearInterval(watch);
        child.removeAllListeners();
      };
      child.once("message", (report) => {
        end();
        resolve(report as Report);
      });
      child.once("exit", (code, signal) => {
        end();
        this.#child = undefined;
        reject(
          new Error(`the fuzzer ended (${signal ?? code}) at ${JSON.stringify(progressIn(progressFile))}`),
        );
      });
      child.send({ ...run, progressFile } satisfies Run);
    });
  }

  close(): void {
    this.#kill();
    rmSync(this.#folder, { recursive: true });
  }

  #kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = undefined;
  }
}

function progressIn(file: string): Progress | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Progress;
  } catch {
    return undefined;
  }
}

function hung(target: string, { begun, tried, at }: Progress): Report {
  const what = `no end within ${HANG_MS / 1000} s`;
  return {
    target,
    inputs: begun,
    taken: 0,
    families: 0,
    findings: [{ kind: "hang", target, tried, at, what }],
  };
}
