import { existsSync, type FSWatcher, lstatSync, readdirSync, readlinkSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../infra/runtime/clock.ts";

/** Every folder is looked at again this often, ms: a watch may be missing (no folder yet) or silent (some file systems). */
export const SCAN_MS = 1_500;
/** A folder that has not changed is read all the same at each of so many looks: behind a link a tty may have gone, or come. */
export const READ_EVERY = 4;

export interface Plugs {
  /** A line appeared, or its name leads to another line now. */
  readonly plug: (deviceId: string, path: string) => void;
  readonly unplug: (deviceId: string) => void;
}

/**
 * Follows a station's folder of serial lines: one entry per device, normally a link to its tty.
 *
 * @param read - what is in the folder: by name, what each stands for; undefined: no such folder.
 * @returns stops following.
 */
export function watchLines(folder: string, clock: Clock, plugs: Plugs, read = identities): () => void {
  const seen = new Map<string, string>();
  let watcher: FSWatcher | null = null;
  let known: string | undefined;
  let unchanged = 0;
  const look = (): void => {
    const version = versionOf(folder);
    unchanged = version === known ? unchanged + 1 : 0;
    known = version;
    // What changed in the same tick of the clock as it was read did not change its time again: so it is read once more.
    if (unchanged < 2 || unchanged % READ_EVERY === 0) scan();
  };
  const scan = (): void => {
    watcher ??= watchFolder(folder, scan, () => {
      watcher = null;
    });
    const present = read(folder);
    if (!present) {
      // The folder is gone, and a watch on what it was would see nothing of the next one.
      watcher?.close();
      watcher = null;
    }
    for (const id of [...seen.keys()].filter((name) => !present?.has(name))) {
      seen.delete(id);
      plugs.unplug(id);
    }
    for (const [id, identity] of present ?? []) {
      if (seen.get(id) === identity) continue;
      seen.set(id, identity);
      plugs.plug(id, join(folder, id));
    }
  };
  look();
  const stop = clock.every(SCAN_MS, look);
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

/** Another one whenever a name in the folder was made, taken away or replaced; undefined: no such folder. */
function versionOf(folder: string): string | undefined {
  try {
    const { ino, mtimeNs } = statSync(folder, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch {
    return undefined;
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
