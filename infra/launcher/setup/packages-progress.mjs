// @ts-check
import { lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { packagePaths } from "./lockfile.mjs";
import { jsonOf } from "./stamp.mjs";

const LOOK_EVERY_MS = 400;

/** For each package npm asks for its description and for its archive. */
const FILES_EACH = 2;

/**
 * Tell how far npm is: by the lines in which it names each file that it has, and by what is in place.
 *
 * @param {string} root - the project's folder
 * @param {import("./lockfile.mjs").Scope} scope
 * @param {boolean} fresh - everything is fetched, also what is there
 * @param {(now: import("./progress.mjs").Advance) => void} advance
 * @returns {{ readonly onLine: (line: string) => boolean, readonly stop: () => void }} onLine: true for such a line
 */
export function followPackages(root, scope, fresh, advance) {
  const began = Date.now();
  const waiting = new Set(packagePaths(jsonOf(join(root, "package-lock.json")), scope));
  const there = [...waiting].filter((path) => arrivedAt(join(root, path)) !== null).length;
  const total = FILES_EACH * (fresh ? waiting.size : waiting.size - there);
  let [done, bytes] = [0, 0];
  const look = () => {
    for (const path of waiting) {
      const folder = join(root, path);
      if ((arrivedAt(folder) ?? 0) < began) continue;
      waiting.delete(path);
      bytes += sizeOf(folder);
    }
    advance({ done, total, bytes });
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return {
    onLine(line) {
      if (!/^npm (http|info|verb)/.test(line)) return false;
      if (/^npm http fetch GET 200 /.test(line)) done++;
      return true;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * @param {string} folder - of a package
 * @returns {number | null} when it was put there, epoch ms; null: it is not there
 */
function arrivedAt(folder) {
  return statSync(join(folder, "package.json"), { throwIfNoEntry: false })?.ctimeMs ?? null;
}

/**
 * @param {string} folder
 * @returns {number} bytes of its files, without those of packages inside it
 */
function sizeOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "node_modules" ? sum : sum + sizeOf(path);
      return entry.isFile() ? sum + lstatSync(path).size : sum;
    }, 0);
  } catch {
    // Still being written.
    return 0;
  }
}
