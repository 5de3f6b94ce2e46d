import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CodedError } from "../schemas/errors.ts";

/** A process, told apart from a later one of the same id. */
interface Owner {
  readonly pid: number;
  /** Start time in the kernel's ticks; "" where the kernel does not say. */
  readonly started: string;
}

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
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
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

function ownerOf(path: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but is somebody else's.
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return startOf(pid) === started;
}

/** Field 22 of /proc/<pid>/stat (proc(5)), counted after the command's closing bracket. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
