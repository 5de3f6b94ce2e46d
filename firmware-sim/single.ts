import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isAlive, type ProcessIdentity, thisProcess } from "../infra/runtime/process-identity.ts";
import { CodedError } from "../schemas/errors.ts";

/**
 * Be the only simulator of a home: two would publish the same devices and write the same rings.
 *
 * The claim is a file, made by `link`, which fails when it exists. One left by a killed process is taken over.
 *
 * @returns a function that gives the claim up.
 * @throws {CodedError} ALREADY_RUNNING with the process id of the other.
 */
export function claimHome(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(thisProcess()));
  try {
    for (let tries = 0; tries < 3; tries++) {
      if (link(mine, path)) return () => rmSync(path, { force: true });
      const owner = ownerOf(path);
      if (owner && isAlive(owner)) throw alreadyRunning(owner.pid);
      rmSync(path, { force: true });
    }
    throw alreadyRunning(ownerOf(path)?.pid ?? 0);
  } finally {
    unlinkSync(mine);
  }
}

function alreadyRunning(pid: number): CodedError {
  return new CodedError("ALREADY_RUNNING", {
    message: `a simulator runs in this home already: process ${pid}. Stop that one first, or set ELEVATED_HOME`,
    retryable: false,
    context: { pid },
  });
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function ownerOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
