// @ts-check
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { SetupError } from "./error.mjs";
import { askHolder, lockAddress } from "./lock.mjs";

/**
 * Remove the folder that holds everything a system keeps between starts.
 *
 * @param {string | undefined} given - ELEVATED_HOME
 * @param {import("./progress.mjs").Progress} progress
 */
export async function clean(given, progress) {
  const home = resolve(given || ".elevated");
  if (!existsSync(home)) {
    progress.note(`nothing to remove: there is no ${home}`);
    return;
  }
  if (!looksLikeHome(home)) {
    throw new SetupError(
      `${home} does not look like a state folder, so it stays.`,
      "Check ELEVATED_HOME, or remove the folder yourself.",
    );
  }
  const holder = await askHolder(lockAddress("home", home));
  if (holder !== null) {
    throw new SetupError(
      `A system is running in ${home}${whoIs(holder)}.`,
      "Stop it first, with Ctrl+C there.",
    );
  }
  rmSync(home, { recursive: true, force: true });
  progress.note(`removed ${home}`);
}

/**
 * @param {string} holder - what a running system says of itself: its process and page as JSON.
 * @returns {string} the same for a person, empty where it says something else.
 */
function whoIs(holder) {
  try {
    const { pid, url } = JSON.parse(holder);
    return `${url ? ` at ${url}` : ""} (process ${pid})`;
  } catch {
    return "";
  }
}

/** @param {string} home */
function looksLikeHome(home) {
  return basename(home) === ".elevated" || readdirSync(home).length === 0 || existsSync(join(home, "run"));
}
