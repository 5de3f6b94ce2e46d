import { readdirSync, readFileSync } from "node:fs";

/** Every process that `root` started, directly or not, itself included. Linux only. */
export function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = parentOf(pid);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const found: number[] = [];
  const next = [root];
  for (let pid = next.pop(); pid !== undefined; pid = next.pop()) {
    found.push(pid);
    next.push(...(children.get(pid) ?? []));
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold blanks and parentheses itself: fields begin after the last one.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/**
 * Memory of these processes in bytes, as proportional set size: a page that several share (the Node binary, the
 * database's buffers) is counted once, divided among them.
 */
export function memoryOf(pids: readonly number[], kind: "Pss" | "Pss_Anon" = "Pss"): number {
  let total = 0;
  for (const pid of pids) {
    try {
      const match = new RegExp(`^${kind}:\\s+(\\d+) kB`, "m").exec(
        readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"),
      );
      total += Number(match?.[1] ?? 0) * 1024;
    } catch {
      // Ended meanwhile.
    }
  }
  return total;
}
