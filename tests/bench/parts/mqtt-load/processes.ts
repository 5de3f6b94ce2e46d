import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { treeOf } from "../../../../infra/launcher/supervisor/process/tree.ts";
import { anonymousMemoryOf, processorSecondsOf } from "../../process-figures.ts";

const MEMORY_EVERY_MS = 100;

/** The built-in Kafka that this process started. @throws Error when there is none. */
export function kafkaPid(): number {
  const found = treeOf(process.pid).find((pid) => commandLineOf(pid).includes("kafka.Kafka"));
  if (found === undefined) throw new Error("no Kafka runs below this process");
  return found;
}

function commandLineOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** What processes, with those they started, spend from here to there. */
export interface Spending<N extends string> {
  /** Processor seconds of each since the beginning. */
  spent(): Readonly<Record<N, number>>;
}

export function spending<N extends string>(pids: Readonly<Record<N, number>>): Spending<N> {
  const names = Object.keys(pids) as N[];
  const now = (): Record<N, number> =>
    Object.fromEntries(names.map((name) => [name, sum(treeOf(pids[name]), processorSecondsOf)])) as Record<
      N,
      number
    >;
  const from = now();
  return {
    spent() {
      const to = now();
      for (const name of names) to[name] -= from[name];
      return to;
    },
  };
}

/** Watches the memory that a process, with those it started, has of its own. Ask for the peak while it still runs; `stop` in the end. */
export function watchMemory(pid: number): { readonly peak: () => number; readonly stop: () => void } {
  const pids = treeOf(pid);
  let peak = 0;
  let stopped = false;
  const look = (): void => {
    try {
      peak = Math.max(peak, sum(pids, anonymousMemoryOf));
    } catch {
      stopped = true;
    }
  };
  void (async () => {
    for (; !stopped; await sleep(MEMORY_EVERY_MS)) look();
  })();
  return {
    peak: () => peak,
    stop: () => {
      stopped = true;
    },
  };
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}
