import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report, Try } from "./fuzz.ts";

export interface FuzzRun {
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

/**
 * A try that takes more processor time than this does not end, ms: the slowest honest one takes a second. What others
 * take of the machine does not count; a try that waits for nothing uses none, and has a longer time by the clock.
 */
const HANG_MS = { processor: 60_000, clock: 600_000 } as const;
const LOOK_EVERY_MS = 500;

/** Runs targets in a process of its own, which can be killed when an input keeps it busy for ever. */
export class FuzzBench {
  #child: ChildProcess | undefined;
  readonly #folder = mkdtempSync(join(tmpdir(), "fuzz-"));

  run(run: Omit<FuzzRun, "progressFile">): Promise<Report> {
    this.#child ??= fork(fileURLToPath(new URL("./fuzz.child.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
    });
    const child = this.#child;
    const progressFile = join(this.#folder, `${run.target}.json`);
    return new Promise((resolve, reject) => {
      let last: Progress | undefined;
      let since = costOf(child.pid);
      const watch = setInterval(() => {
        const now = progressIn(progressFile);
        const cost = costOf(child.pid);
        if (now?.begun !== last?.begun) {
          last = now;
          since = cost;
        } else if (
          cost.processor - since.processor > HANG_MS.processor ||
          cost.clock - since.clock > HANG_MS.clock
        ) {
          end();
          this.#kill();
          if (last) resolve(hung(run.target, last));
          else reject(new Error(`${run.target} did not begin`));
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
      child.send({ ...run, progressFile } satisfies FuzzRun);
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

/** Linux counts processor time in hundredths of a second (USER_HZ, proc(5)). */
const TICK_MS = 10;

/** Time that a process has had so far, ms; elsewhere than on Linux all time counts as the processor's. */
function costOf(pid: number | undefined): { readonly processor: number; readonly clock: number } {
  const clock = performance.now();
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { processor: TICK_MS * (Number(fields[11]) + Number(fields[12])), clock };
  } catch {
    return { processor: clock, clock };
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
  const what = `no end within ${HANG_MS.processor / 1000} s of processor time`;
  return {
    target,
    inputs: begun,
    taken: 0,
    families: 0,
    findings: [{ kind: "hang", target, tried, at, what }],
  };
}
