// @ts-check
import { statfsSync } from "node:fs";
import { SetupError } from "./error.mjs";

/**
 * What a set-up fetches and leaves behind, measured, MB. The jars' share includes the class-data archives, which come
 * after the first train.
 */
const SIZES = {
  packages: { start: { fetched: 105, kept: 190 }, all: { fetched: 295, kept: 590 } },
  jars: { fetched: 85, kept: 170 },
  flink: { fetched: 160, kept: 165 },
  built: { fetched: 0, kept: 45 },
};
/** What the first hours of a system write. */
const HOME_MB = 300;

/**
 * @typedef {object} Missing
 * @property {import("./lockfile.mjs").Scope | null} packages
 * @property {boolean} jars
 * @property {boolean} [flink]
 * @property {boolean} built
 */

/**
 * @param {Missing} missing
 * @returns {{ readonly fetchedMb: number, readonly keptMb: number }}
 */
export function spaceFor({ packages, jars, flink, built }) {
  const shares = [
    ...(packages === null ? [] : [SIZES.packages[packages]]),
    ...(jars ? [SIZES.jars] : []),
    ...(flink ? [SIZES.flink] : []),
    ...(built ? [SIZES.built] : []),
  ];
  return {
    fetchedMb: shares.reduce((sum, { fetched }) => sum + fetched, 0),
    keptMb: shares.reduce((sum, { kept }) => sum + kept, 0),
  };
}

/**
 * Say what will be fetched and what it takes on disk, before it begins.
 *
 * @param {string} root - the project's folder
 * @param {Missing} missing
 * @param {import("./progress.mjs").Progress} progress
 * @param {number} [freeMb]
 */
export function announce(root, missing, progress, freeMb = freeIn(root)) {
  const { fetchedMb, keptMb } = spaceFor(missing);
  if (fetchedMb === 0) return;
  if (freeMb < keptMb + HOME_MB) {
    throw new SetupError(
      `${freeMb} MB are free below ${root}, and ${keptMb + HOME_MB} are needed: ${keptMb} for what is fetched and built, ` +
        `${HOME_MB} for the first hours of data.`,
      "Free some space, or clone to another disk.",
    );
  }
  progress.note(
    `set-up fetches at most ${fetchedMb} MB and takes ${keptMb} MB below ${root} (${(freeMb / 1e3).toFixed(0)} GB free)`,
  );
}

/** @param {string} folder */
function freeIn(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return Math.floor((bavail * bsize) / 1e6);
}
