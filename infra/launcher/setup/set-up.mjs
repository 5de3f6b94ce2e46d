// @ts-check
// Does what is missing before a start. Runs before anything is installed: Node's built-ins only.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildBundles, ENTRIES, staleEntries } from "./bundles.mjs";
import { clean } from "./clean.mjs";
import { SetupError } from "./error.mjs";
import { ensureJars, FLINK_JARS, jarsFresh } from "./jars.mjs";
import { holderGone, lockAddress, tryLock } from "./lock.mjs";
import { HELP, parseOptions } from "./options.mjs";
import { ensurePackages, packagesFresh } from "./packages.mjs";
import { buildPage, pageExists, pageFresh } from "./page.mjs";
import { progress as createProgress } from "./progress.mjs";
import { announce } from "./space.mjs";

/** @typedef {import("./options.mjs").Options} Options */
/** @typedef {import("./progress.mjs").Progress} Progress */

const root = join(import.meta.dirname, "..", "..", "..");

/**
 * @param {Options} options
 * @returns {import("./space.mjs").Missing}
 */
function missingFor({ packages, jars, build }) {
  const stale = () => staleEntries(root).length > 0 || (pageExists(root) && !pageFresh(root));
  return {
    packages: packagesFresh(root, packages) ? null : packages,
    jars: jars && !jarsFresh(root),
    flink: jars && flinkWanted() && !jarsFresh(root, FLINK_JARS),
    built: build === "always" || (build === "when-needed" && stale()),
  };
}

/** Who never asks for Flink needs none of its jars. */
function flinkWanted() {
  return process.env["SUMMARY_ENGINE"] === "flink";
}

/**
 * @param {Options} options
 * @param {Progress} progress
 */
async function setUp(options, progress) {
  announce(root, missingFor(options), progress);
  // Both wait for the network most of the time.
  await all([ensurePackages(root, options.packages, progress), ...(options.jars ? [allJars(progress)] : [])]);
  if (options.build !== "never") await all([bundles(options, progress), page(options, progress)]);
}

/**
 * One set after the other: two Mavens at once damage what they keep in common.
 *
 * @param {Progress} progress
 */
async function allJars(progress) {
  await ensureJars(root, progress);
  if (flinkWanted()) await ensureJars(root, progress, undefined, FLINK_JARS);
}

/**
 * @param {Options} options
 * @param {Progress} progress
 */
async function bundles(options, progress) {
  const every = options.build === "always";
  const entries = every ? ENTRIES.filter((entry) => existsSync(join(root, entry))) : staleEntries(root);
  await buildBundles(root, entries, progress);
}

/**
 * @param {Options} options
 * @param {Progress} progress
 */
async function page(options, progress) {
  if (!pageExists(root)) progress.note("no page yet: central/dashboard/web has no index.html");
  else if (options.build === "always" || !pageFresh(root)) await buildPage(root, progress);
}

/**
 * Waits for all of them, also when one fails: nothing goes on behind a set-up that has ended.
 *
 * @param {readonly Promise<unknown>[]} works
 */
async function all(works) {
  for (const result of await Promise.allSettled(works)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/**
 * @param {Options} options
 * @param {Progress} progress
 */
async function main(options, progress) {
  if (options.clean) {
    await clean(root, process.env["ELEVATED_HOME"], progress);
    return;
  }
  const { packages, jars, flink, built } = missingFor(options);
  if (packages === null && !jars && !flink && !built) return;
  const address = lockAddress("setup", root);
  let lock = await tryLock(address);
  while (!lock) {
    progress.note("another set-up is at work in this folder: waiting for it");
    await holderGone(address);
    lock = await tryLock(address);
  }
  try {
    await setUp(options, progress);
  } finally {
    await lock.release();
  }
}

const options = parseOptions(process.argv.slice(2));
if (typeof options === "string") {
  process.stderr.write(`${options}\n\n${HELP}`);
  process.exitCode = 2;
} else if (options.help) process.stdout.write(HELP);
else {
  const progress = createProgress(process.stderr, options.quiet);
  try {
    await main(options, progress);
  } catch (error) {
    if (error instanceof SetupError) progress.problem(`${error.message}\n  ${error.fix}`);
    else progress.problem(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}
