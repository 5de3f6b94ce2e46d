import { readdirSync, readFileSync, statSync } from "node:fs";
import type { Activity, ThreadTime } from "../supervise/patience.ts";
import { treeOf } from "./tree.ts";

/** Of the times in /proc/…/stat, whatever the kernel's own tick is: `sysconf(_SC_CLK_TCK)` is 100 on every Linux. */
const TICK_MS = 10;

/**
 * What these processes and those they started have done so far. Linux only; what cannot be read counts as nothing.
 *
 * @param logs - files that they write to.
 */
export function activityOf(pids: readonly number[], logs: readonly string[]): Activity {
  const all = [...new Set(pids.flatMap((pid) => treeOf(pid)))];
  return {
    threads: new Map(all.flatMap(threadsOf)),
    bytes: all.reduce((total, pid) => total + bytes(pid), 0),
    logBytes: logs.reduce((total, log) => total + (statSync(log, { throwIfNoEntry: false })?.size ?? 0), 0),
  };
}

function threadsOf(pid: number): readonly (readonly [id: number, time: ThreadTime])[] {
  return namesIn(`/proc/${pid}/task`).map((thread) => {
    const folder = `/proc/${pid}/task/${thread}`;
    // Nanoseconds on a processor, and in which it could have been on one.
    const [ran, waited] = textOf(`${folder}/schedstat`).split(" ").map(Number);
    const time =
      waited === undefined
        ? { processorMs: processorMs(`${folder}/stat`), waitedMs: 0 }
        : { processorMs: (ran ?? 0) / 1e6, waitedMs: waited / 1e6 };
    return [Number(thread), time] as const;
  });
}

/** For kernels without schedstat. */
function processorMs(file: string): number {
  const stat = textOf(file);
  // The name in parentheses may hold blanks and parentheses itself: fields begin after the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

function bytes(pid: number): number {
  const io = textOf(`/proc/${pid}/io`);
  return Number(/^rchar: (\d+)/m.exec(io)?.[1] ?? 0) + Number(/^wchar: (\d+)/m.exec(io)?.[1] ?? 0);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
