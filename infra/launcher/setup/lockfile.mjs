// @ts-check

/**
 * Which packages: what a start needs, or also what tests, checks and benchmarks need, which is three times as much.
 *
 * @typedef {"start" | "all"} Scope
 */

/** @param {{ readonly dev?: boolean, readonly devOptional?: boolean }} entry - of a lockfile */
export function isForDevelopment({ dev = false, devOptional = false }) {
  return dev || devOptional;
}

/**
 * Is this the lockfile of this package.json, or is it behind?
 *
 * @param {any} lock - package-lock.json
 * @param {any} manifest - package.json
 */
export function isOf(lock, manifest) {
  const root = lock?.packages?.[""];
  return (
    root !== undefined &&
    ["dependencies", "devDependencies"].every(
      (kind) => JSON.stringify(root[kind] ?? {}) === JSON.stringify(manifest?.[kind] ?? {}),
    )
  );
}

/**
 * Does what npm says it installed satisfy the lockfile? Then somebody ran `npm ci` by hand, and nothing is to do.
 *
 * @param {any} lock - package-lock.json
 * @param {any} installed - node_modules/.package-lock.json, which npm writes after every installation
 * @param {any} manifest - package.json
 * @param {Scope} scope
 */
export function satisfies(lock, installed, manifest, scope) {
  if (!isOf(lock, manifest) || !installed?.packages) return false;
  return Object.entries(lock.packages).every(
    ([path, entry]) =>
      path === "" ||
      installed.packages[path]?.version === entry.version ||
      (entry.optional ?? entry.peer) === true ||
      (scope === "start" && isForDevelopment(entry)),
  );
}

/**
 * The packages of a lockfile that belong on this system.
 *
 * @param {any} lock - package-lock.json
 * @param {Scope} scope
 * @returns {readonly string[]} paths below the project's folder
 */
export function packagePaths(lock, scope) {
  return Object.entries(lock?.packages ?? {}).flatMap(([path, entry]) =>
    path === "" || !fits(entry) || (scope === "start" && isForDevelopment(entry)) ? [] : [path],
  );
}

/** @param {{ readonly os?: readonly string[], readonly cpu?: readonly string[], readonly libc?: readonly string[] }} entry */
function fits({ os, cpu, libc }) {
  return (
    (os === undefined || os.includes(process.platform)) &&
    (cpu === undefined || cpu.includes(process.arch)) &&
    (libc === undefined || libc.includes("glibc"))
  );
}
