import { treeOf } from "../../infra/launcher/supervisor/process/tree.ts";

/** To a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/**
 * SIGSTOP to a process and to all that it started, what they start meanwhile included.
 *
 * @returns lets them go on, children before their parents: so none is missed by a parent that runs again.
 */
export function freeze(root: number): () => void {
  const frozen = new Set<number>();
  const running = (): readonly number[] => treeOf(root).filter((pid) => !frozen.has(pid));
  for (let found = running(); found.length > 0; found = running()) {
    for (const pid of found) {
      frozen.add(pid);
      signal(pid, "SIGSTOP");
    }
  }
  return () => {
    for (const pid of [...frozen].toReversed()) signal(pid, "SIGCONT");
  };
}
