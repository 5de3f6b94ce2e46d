// @ts-check
import { existsSync } from "node:fs";
import { join } from "node:path";
import { jarsIdentity } from "./jars.mjs";
import { run } from "./run.mjs";
import { digest, textOf, writeWhole } from "./stamp.mjs";
import { findJava } from "./tools.mjs";

/** @param {string} root */
const stampFile = (root) => join(root, ".toolchain", "prepared", "stamp");

/**
 * A class-data archive fits one Java and one list of jars at one place.
 *
 * @param {string} root
 */
function wanted(root) {
  return digest(findJava().identity, jarsIdentity(root), root);
}

/** @param {string} root */
export function archivesFresh(root) {
  return textOf(stampFile(root)) === wanted(root);
}

/**
 * Run the system once and let the JVMs of Kafka and Connect write down the classes they loaded: Kafka then starts in
 * 1.3 s instead of 2.6 s. A start without the archives works too, so a failure here is a note and no more.
 *
 * @param {string} root
 * @param {import("./progress.mjs").Progress} progress
 */
export async function makeArchives(root, progress) {
  const bundle = join(root, "dist", "infra", "launcher", "supervisor", "main.js");
  const source = join(root, "infra", "launcher", "supervisor", "main.ts");
  const main = existsSync(bundle) ? [bundle] : ["--import", "tsx", source];
  const sources = existsSync(bundle) ? [] : ["--sources"];
  await progress.step("class-data archives", "the system runs once, half a minute", async () => {
    const { code, output } = await run(process.execPath, [...main, "archives", ...sources], { cwd: root });
    if (code === 0) writeWhole(stampFile(root), wanted(root));
    else progress.note(`No class-data archives, so the Java servers start slower: ${output.trim()}`);
  });
}
