import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import type { RunningSystem } from "../../runtime/service/systems.ts";
import { askHolder, type Lock, lockAddress, tryLock } from "../setup/lock.mjs";

/**
 * Take a state folder for this process; it is free again when the process ends, however it ends.
 *
 * @param describe - asked each time somebody else wants the folder.
 * @throws {CodedError} ALREADY_RUNNING that says where; CONFIG_INVALID when this user may not write there.
 */
export async function takeHome(home: string, describe: () => RunningSystem): Promise<Lock> {
  checkWritable(home);
  // Rings, outboxes and topics are files: a new home is for its user's eyes only.
  mkdirSync(home, { recursive: true, mode: 0o700 });
  mkdirSync(join(home, "run"), { recursive: true });
  const address = lockAddress("home", home);
  const lock = await tryLock(address, () => JSON.stringify(describe()));
  if (lock) return lock;
  const holder = parseHolder(await askHolder(address));
  const where = holder?.url ? ` at ${holder.url}` : "";
  const who = holder ? ` (process ${holder.pid})` : "";
  throw new CodedError("ALREADY_RUNNING", {
    message: `a system is already running in ${home}${where}${who}: stop it with Ctrl+C there, or use another --home`,
    retryable: false,
    context: { home, ...holder },
  });
}

/**
 * Folders whose files a start appends to or replaces. One start by root leaves files that its owner cannot write.
 */
function checkWritable(home: string): void {
  const folders = [home, join(home, "run"), join(home, "logs")].filter((folder) => existsSync(folder));
  const paths = [
    ...folders,
    ...folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))),
  ];
  const foreign = paths.find((path) => !isWritable(path));
  if (foreign === undefined) return;
  const uid = process.getuid?.();
  throw new CodedError("CONFIG_INVALID", {
    message:
      `user ${uid} may not write ${foreign}, which belongs to user ${statSync(foreign).uid}: start as the user that ` +
      `made this home, use another --home, or give all of it to this user (chown -R ${uid} ${home})`,
    retryable: false,
    context: { path: foreign },
  });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return !existsSync(path);
  }
}

function parseHolder(line: string | null): Pick<RunningSystem, "pid" | "url"> | undefined {
  try {
    return line === null ? undefined : (JSON.parse(line) as RunningSystem);
  } catch {
    return undefined;
  }
}

/** The addresses of a system that ended would lead other commands astray. */
export function forgetEndpoints(home: string): void {
  rmSync(join(home, "run", "endpoints.json"), { force: true });
}
