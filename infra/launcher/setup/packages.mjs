// @ts-check
import { join } from "node:path";
import { SetupError } from "./error.mjs";
import { run } from "./run.mjs";
import { digest, jsonOf, textOf, writeWhole } from "./stamp.mjs";

const STAMP = ["node_modules", ".elevated-stamp"];

/**
 * What an installation depends on. Scripts and descriptions in package.json may change without a new one.
 *
 * @param {string} root - the project's folder
 */
export function wantedPackages(root) {
  const manifest = jsonOf(join(root, "package.json")) ?? {};
  const { dependencies, devDependencies, overrides, allowScripts } = manifest;
  return digest(
    textOf(join(root, "package-lock.json")) ?? "",
    JSON.stringify({ dependencies, devDependencies, overrides, allowScripts }),
    process.version,
  );
}

/** @param {string} root */
export function packagesFresh(root) {
  return textOf(join(root, ...STAMP)) === wantedPackages(root);
}

/**
 * Does what npm says it installed satisfy the lockfile? Then somebody ran `npm ci` by hand, and nothing is to do.
 *
 * @param {any} lock - package-lock.json
 * @param {any} installed - node_modules/.package-lock.json, which npm writes after every installation
 * @param {any} manifest - package.json
 */
export function satisfies(lock, installed, manifest) {
  if (!lock?.packages || !installed?.packages) return false;
  const root = lock.packages[""] ?? {};
  for (const kind of ["dependencies", "devDependencies"]) {
    if (JSON.stringify(root[kind] ?? {}) !== JSON.stringify(manifest?.[kind] ?? {})) return false;
  }
  return Object.entries(lock.packages).every(
    ([path, { version, optional, peer }]) =>
      path === "" || installed.packages[path]?.version === version || (optional ?? peer) === true,
  );
}

/** @param {string} root */
function installedByHand(root) {
  return satisfies(
    jsonOf(join(root, "package-lock.json")),
    jsonOf(join(root, "node_modules", ".package-lock.json")),
    jsonOf(join(root, "package.json")),
  );
}

/**
 * @param {string} root
 * @param {import("./progress.mjs").Progress} progress
 */
export async function ensurePackages(root, progress) {
  if (packagesFresh(root)) return;
  if (!installedByHand(root)) {
    await progress.step("packages", "npm ci, about a minute", async () => {
      // The npm that runs this script, if one does: another on the PATH may not know this lockfile's format.
      const npm = process.env["npm_execpath"];
      const [program, ...args] = npm ? [process.execPath, npm, "ci"] : ["npm", "ci"];
      const { code, output } = await run(program ?? "npm", args, { cwd: root });
      if (code === 0) return;
      throw new SetupError(
        `npm ci ended with code ${code}:\n${output.trim()}`,
        "Check the network and the registry of `npm config get registry`, then run the command again.",
      );
    });
  }
  writeWhole(join(root, ...STAMP), wantedPackages(root));
}
