// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isForDevelopment, isOf, packagePaths, satisfies } from "./lockfile.mjs";
import { fetchFailed, fetchPatiently } from "./network.mjs";
import { followPackages } from "./packages-progress.mjs";
import { run } from "./run.mjs";
import { digest, jsonOf, textOf, writeWhole } from "./stamp.mjs";

/** @typedef {import("./lockfile.mjs").Scope} Scope */

const STAMP = ["node_modules", ".elevated-stamp"];
/** npm's own waits are ten seconds and a minute; ours are shorter, and say what they wait for. */
const FETCHING = [
  "--prefer-offline",
  "--fetch-retries=1",
  "--fetch-retry-mintimeout=1000",
  // A line for each file, which tells how far it is.
  "--loglevel=http",
];

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

/**
 * @param {string} root
 * @param {Scope} scope
 */
export function packagesFresh(root, scope) {
  const wanted = wantedPackages(root);
  const stamp = textOf(join(root, ...STAMP));
  return stamp === `all ${wanted}` || (scope === "start" && stamp === `start ${wanted}`);
}

/** @param {string} root */
const saidToBeInstalled = (root) => jsonOf(join(root, "node_modules", ".package-lock.json"));

/**
 * Is all that npm says it installed really there? `npm install --package-lock-only` says so of what it only looked up.
 *
 * @param {string} root
 * @param {Scope} scope
 */
function inPlace(root, scope) {
  const said = saidToBeInstalled(root);
  return (
    said !== null && packagePaths(said, scope).every((path) => existsSync(join(root, path, "package.json")))
  );
}

/**
 * @param {string} root
 * @param {Scope} scope
 */
function installed(root, scope) {
  const lock = jsonOf(join(root, "package-lock.json"));
  return (
    satisfies(lock, saidToBeInstalled(root), jsonOf(join(root, "package.json")), scope) &&
    inPlace(root, scope)
  );
}

/**
 * @param {string} root
 * @param {Scope} scope
 * @param {import("./progress.mjs").Progress} progress
 * @param {readonly number[]} [waitsMs] - before each further attempt, when the network is at fault
 */
export async function ensurePackages(root, scope, progress, waitsMs) {
  if (packagesFresh(root, scope)) return;
  // The rest stays where it is installed, because tests were run here.
  const wanted = scope === "start" && hasDevelopmentPackages(root) ? "all" : scope;
  if (!installed(root, wanted)) await install(root, wanted, progress, waitsMs);
  writeWhole(join(root, ...STAMP), `${wanted} ${wantedPackages(root)}`);
}

/**
 * @param {string} root
 * @param {Scope} scope
 * @param {import("./progress.mjs").Progress} progress
 * @param {readonly number[]} [waitsMs]
 */
async function install(root, scope, progress, waitsMs) {
  const args = command(root, scope);
  await progress.step("npm packages", `npm ${args[0]}`, async (advance) => {
    // The npm that runs this script, if one does: another on the PATH may not know this lockfile's format.
    const npm = process.env["npm_execpath"];
    const before = npm && existsSync(npm) ? [process.execPath, npm] : ["npm"];
    const [program = "npm", ...rest] = [...before, ...args, ...FETCHING];
    const packages = followPackages(root, scope, args[0] === "ci", advance);
    try {
      const about = { what: "npm packages", progress, ...(waitsMs ? { waitsMs } : {}) };
      const outcome = await fetchPatiently(
        () => run(program, rest, { cwd: root, onLine: packages.onLine }),
        about,
      );
      if (outcome.code === 0) return;
      const settings = "`npm config get registry` and `npm config get proxy`";
      throw fetchFailed("the npm packages", `npm ${args[0]}`, outcome, settings);
    } finally {
      packages.stop();
    }
  });
}

/**
 * What is there and perhaps in use stays, and the rest comes to it. Where that is not sure to give what the lockfile
 * says, everything is fetched again.
 *
 * @param {string} root
 * @param {Scope} scope
 * @returns {readonly string[]}
 */
function command(root, scope) {
  const lock = jsonOf(join(root, "package-lock.json"));
  const builds = isOf(lock, jsonOf(join(root, "package.json"))) && inPlace(root, "start");
  return [...(builds ? ["install", "--no-save"] : ["ci"]), ...(scope === "start" ? ["--omit=dev"] : [])];
}

/** @param {string} root */
function hasDevelopmentPackages(root) {
  return Object.values(saidToBeInstalled(root)?.packages ?? {}).some(isForDevelopment);
}
