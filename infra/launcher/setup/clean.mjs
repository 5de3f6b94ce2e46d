// @ts-check
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { removeCopies } from "../postgres/programs.mjs";
import { SetupError } from "./error.mjs";
import { askHolder, lockAddress } from "./lock.mjs";

/**
 * Remove the folder that holds everything a system keeps between starts, and the copies of PostgreSQL's programs that
 * root's starts made for its account.
 *
 * @param {string} root - the project's folder
 * @param {string | undefined} given - ELEVATED_HOME
 * @param {import("./progress.mjs").Progress} progress
 */
export async function clean(root, given, progress) {
  const home = resolve(given || ".elevated");
  if (existsSync(home)) {
    await removeHome(home);
    progress.note(`removed ${home}`);
  } else progress.note(`nothing to remove: there is no ${home}`);
  for (const copy of removeCopies(root)) progress.note(`removed ${copy}`);
}

/** @param {string} home */
async function removeHome(home) {
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
