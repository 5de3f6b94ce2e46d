import { readdirSync, readFileSync } from "node:fs";
import { memoryOf, treeOf } from "../../../../infra/launcher/supervisor/process/tree.ts";
import type { TestSystem } from "../../../support/system.ts";
import { processorSecondsOf } from "../../process-figures.ts";

/** What a part's processes have used since they began, and what they hold now. */
export interface Usage {
  readonly processorSeconds: number;
  /** How often a thread went to sleep of itself: each is a wake-up. */
  readonly sleeps: number;
  /** Proportional set size, bytes. */
  readonly memory: number;
}

/** Every part that has a process, and the supervisor, each with all that it started. */
export async function usages(system: TestSystem): Promise<ReadonlyMap<string, Usage>> {
  const parts = (await system.parts()).flatMap(({ name, pid }) => (pid === null ? [] : [{ name, pid }]));
  const trees = new Map(parts.map(({ name, pid }) => [name, treeOf(pid)]));
  const theirs = new Set([...trees.values()].flat());
  trees.set(
    "supervisor",
    treeOf(system.pid).filter((pid) => !theirs.has(pid)),
  );
  return new Map([...trees].map(([name, pids]) => [name, usageOf(pids)]));
}

function usageOf(pids: readonly number[]): Usage {
  const sum = (of: (pid: number) => number): number =>
    pids.reduce((total, pid) => total + unlessEnded(() => of(pid)), 0);
  return { processorSeconds: sum(processorSecondsOf), sleeps: sum(sleepsOf), memory: memoryOf(pids) };
}

/** Of all threads of a process. */
function sleepsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((total, thread) => {
    const status = unlessEnded(() => readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8"), "");
    return total + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  }, 0);
}

function unlessEnded<T = number>(read: () => T, otherwise = 0 as T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
