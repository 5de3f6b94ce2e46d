import { existsSync, type FSWatcher, lstatSync, readdirSync, readlinkSync, watch } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../infra/runtime/clock.ts";

/** Every folder is read again this often, ms: a watch may be missing (no folder yet) or silent (some file systems). */
export const SCAN_MS = 1_500;

export interface Plugs {
  /** A line appeared, or its name leads to another line now. */
  readonly plug: (deviceId: string, path: string) => void;
  readonly unplug: (deviceId: string) => void;
}

/**
 * Follows a station's folder of serial lines: one entry per device, normally a link to its tty.
 *
 * @returns stops following.
 */
export function watchLines(folder: string, clock: Clock, plugs: Plugs): () => void {
  const seen = new Map<string, string>();
  let watcher: FSWatcher | null = null;
  const scan = (): void => {
    watcher ??= watchFolder(folder, scan, () => {
      watcher = null;
    });
    const present = identities(folder);
    if (!present) {
      // The folder is gone, and a watch on what it was would see nothing of the next one.
      watcher?.close();
      watcher = null;
    }
    for (const id of [...seen.keys()].filter((known) => !present?.has(known))) {
      seen.delete(id);
      plugs.unplug(id);
    }
    for (const [id, identity] of present ?? []) {
      if (seen.get(id) === identity) continue;
      seen.set(id, identity);
      plugs.plug(id, join(folder, id));
    }
  };
  scan();
  const stop = clock.every(SCAN_MS, scan);
  return () => {
    stop();
    watcher?.close();
  };
}

function watchFolder(folder: string, changed: () => void, ended: () => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, changed);
    watcher.on("error", () => {
      watcher.close();
      ended();
    });
    // The folder itself was removed or renamed: a later scan watches the new one.
    watcher.on("close", ended);
    return watcher;
  } catch {
    return null;
  }
}

/** undefined: no such folder. What each name stands for: where it leads and when it was made, because pts numbers are reused at once. */
function identities(folder: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return undefined;
  }
  for (const name of names) {
    try {
      const path = join(folder, name);
      const stat = lstatSync(path);
      // A link whose tty is gone was left by somebody who died: there is no line.
      if (!existsSync(path)) continue;
      const target = stat.isSymbolicLink() ? readlinkSync(path) : "";
      found.set(name, `${target} ${stat.ino} ${stat.isSymbolicLink() ? stat.mtimeMs : 0}`);
    } catch {
      // Gone between the two looks.
    }
  }
  return found;
}
