// @ts-check
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { SetupError } from "./error.mjs";
import { hasAccount, isBrokenArchive, mavenEnvironment, repositoryIn, transferIn } from "./maven.mjs";
import { fetchFailed, fetchPatiently } from "./network.mjs";
import { run } from "./run.mjs";
import { digest, textOf, writeWhole } from "./stamp.mjs";
import { keepStorageTemplate } from "./storage.mjs";
import { checkJava, findJava, findMaven } from "./tools.mjs";

/** @typedef {import("./progress.mjs").Progress} Progress */

/** @param {string} root */
const places = (root) => ({
  pom: join(root, "infra", "launcher", "supervisor", "pom.xml"),
  sums: join(root, "infra", "launcher", "supervisor", "jars.sha256"),
  toolchain: join(root, ".toolchain"),
  stamp: join(root, ".toolchain", "jars.stamp"),
});

/**
 * Names this set of jars: changes with any of them.
 *
 * @param {string} root
 */
export function jarsIdentity(root) {
  const { pom, sums } = places(root);
  return digest(textOf(pom) ?? "", textOf(sums) ?? "");
}

/** @param {string} root */
export function jarsFresh(root) {
  const { stamp, sums, toolchain } = places(root);
  return (
    textOf(stamp) === jarsIdentity(root) &&
    [...parseSums(textOf(sums) ?? "").keys()].every((path) => existsSync(join(toolchain, path)))
  );
}

/**
 * @param {string} text - lines of `sha256  path`, as sha256sum writes them
 * @returns {Map<string, string>} path to sum
 */
export function parseSums(text) {
  return new Map(
    text
      .split("\n")
      .map((line) => /^([0-9a-f]{64}) {2}(.+)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [String(match[2]), String(match[1])]),
  );
}

/**
 * @param {ReadonlyMap<string, string>} wanted
 * @param {ReadonlyMap<string, string>} found
 * @returns {{ readonly path: string, readonly how: string }[]}
 */
export function differences(wanted, found) {
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    if (!found.has(path)) return [{ path, how: "is missing" }];
    if (!wanted.has(path)) return [{ path, how: "is not expected" }];
    return wanted.get(path) === found.get(path) ? [] : [{ path, how: "has another SHA-256 sum" }];
  });
}

/** @param {string} toolchain */
async function sumsOf(toolchain) {
  /** @type {Map<string, string>} */
  const sums = new Map();
  for (const folder of ["libs", "plugins"]) {
    for (const entry of readdirSync(join(toolchain, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const file = join(entry.parentPath, entry.name);
      const hash = createHash("sha256");
      await pipeline(createReadStream(file), hash);
      sums.set(relative(toolchain, file), hash.digest("hex"));
    }
  }
  return sums;
}

/**
 * Kafka, Connect and Debezium below `.toolchain`, checked against the committed sums.
 *
 * @param {string} root
 * @param {Progress} progress
 * @param {readonly number[]} [waitsMs] - before each further attempt, when the network is at fault
 */
export async function ensureJars(root, progress, waitsMs) {
  if (jarsFresh(root)) return;
  const { sums, toolchain, stamp } = places(root);
  const java = findJava();
  await checkJava(java);
  const maven = findMaven();
  await progress.step("Kafka, Connect and Debezium", "Maven", async (advance) => {
    const wanted = parseSums(textOf(sums) ?? "");
    for (let attempt = 1; ; attempt++) {
      const { broken, repository } = await fetchJars(root, maven, wanted, { progress, advance, waitsMs });
      const wrong = broken ? [] : differences(wanted, await sumsOf(toolchain));
      if (!broken && wrong.length === 0) break;
      const names = broken ? ["debezium-connector-postgres"] : wrong.map(({ path }) => basename(path));
      // One that came broken into Maven's own store stays there for ever, unless it is taken out.
      if (attempt > 1 || repository === undefined || forget(repository, names) === 0) {
        const what = wrong.slice(0, 5).map(({ path, how }) => `${path} ${how}`);
        throw new SetupError(
          `The jars are not those this project was made with: ${what.join("; ") || "an archive cannot be read"}.`,
          `Remove .toolchain and the jars' folders in ${repository ?? "~/.m2"}, and run the command again.`,
        );
      }
      progress.note(
        `Kafka, Connect and Debezium: ${names.slice(0, 3).join(", ")} came broken; fetching it again`,
      );
    }
    await keepStorageTemplate(toolchain, java.path);
    writeWhole(stamp, jarsIdentity(root));
  });
}

/**
 * @param {string} root
 * @param {string} maven
 * @param {ReadonlyMap<string, string>} wanted
 * @param {{ readonly progress: Progress, readonly advance: (now: import("./progress.mjs").Advance) => void, readonly waitsMs: readonly number[] | undefined }} told
 * @returns {Promise<{ readonly broken: boolean, readonly repository: string | undefined }>} broken: an archive cannot be
 * read; repository: Maven's own store
 */
async function fetchJars(root, maven, wanted, { progress, advance, waitsMs }) {
  const { pom, toolchain } = places(root);
  for (const folder of ["libs", "plugins", "markers", "prepared"]) {
    rmSync(join(toolchain, folder), { recursive: true, force: true });
  }
  const names = new Set(
    [...wanted.keys()].filter((path) => path.startsWith("libs/")).map((path) => basename(path)),
  );
  /** @type {string | undefined} */
  let repository;
  let [done, bytes] = [0, 0];
  const onLine = (/** @type {string} */ line) => {
    repository ??= repositoryIn(line);
    const transfer = transferIn(line);
    if (!transfer) return false;
    if (names.has(transfer.file) || transfer.file.endsWith(".tar.gz")) done++;
    bytes += transfer.bytes;
    // The connector is one archive.
    advance({ done, total: names.size + 1, bytes });
    return true;
  };
  const outcome = await fetchPatiently(
    // Maven remembers a failure for a day, unless it is to look again.
    (attempt) =>
      run(maven, ["-B", ...(attempt > 1 ? ["-U"] : []), "-f", pom, "process-resources"], {
        cwd: root,
        env: mavenEnvironment(process.env, hasAccount(), toolchain),
        onLine,
      }),
    { what: "Kafka, Connect and Debezium", progress, ...(waitsMs ? { waitsMs } : {}) },
  );
  const broken = outcome.code !== 0 && isBrokenArchive(outcome.output);
  if (outcome.code !== 0 && !broken) {
    throw fetchFailed("Kafka's jars", "Maven", outcome, "~/.m2/settings.xml");
  }
  return { broken, repository };
}

/**
 * @param {string} repository - Maven's own store
 * @param {readonly string[]} names - what a file's name begins with
 * @returns {number} how many artifacts were removed
 */
function forget(repository, names) {
  const folders = new Set(
    readdirSync(repository, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && names.some((name) => entry.name.startsWith(name)))
      .map((entry) => entry.parentPath),
  );
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  return folders.size;
}
