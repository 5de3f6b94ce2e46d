import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../schemas/errors.ts";
import { askHolder, type Lock, lockAddress, tryLock } from "../setup/lock.mjs";

/** What a running system says of itself to a second start. */
export interface Holder {
  readonly pid: number;
  readonly url: string | null;
}

/**
 * Take a state folder for this process; it is free again when the process ends, however it ends.
 *
 * @param describe - asked each time somebody else wants the folder.
 * @throws {CodedError} ALREADY_RUNNING that says where.
 */
export async function takeHome(home: string, describe: () => Holder): Promise<Lock> {
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

function parseHolder(line: string | null): Holder | undefined {
  try {
    return line === null ? undefined : (JSON.parse(line) as Holder);
  } catch {
    return undefined;
  }
}

/** The addresses of a system that ended would lead other commands astray. */
export function forgetEndpoints(home: string): void {
  rmSync(join(home, "run", "endpoints.json"), { force: true });
}
