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

/**
 * @typedef {object} JarSet
 * @property {string} what - for a person
 * @property {string} jars - its jars, for a person
 * @property {string} source - the folder of its pom.xml and jars.sha256, below that of the supervisor
 * @property {string} target - below .toolchain
 * @property {readonly string[]} folders - of jars, below the target
 * @property {readonly string[]} archives - what Maven unpacks, by the beginnings of their names
 */

/** Every start needs them. @type {JarSet} */
export const KAFKA_JARS = {
  what: "Kafka, Connect and Debezium",
  jars: "Kafka's jars",
  source: "",
  target: "",
  folders: ["libs", "plugins"],
  archives: ["debezium-connector-postgres"],
};

/** For SUMMARY_ENGINE=flink. @type {JarSet} */
export const FLINK_JARS = {
  what: "Flink",
  jars: "Flink's jars",
  source: "flink",
  target: "flink",
  folders: ["libs"],
  archives: [],
};

/**
 * @param {string} root
 * @param {JarSet} set
 */
const places = (root, { source, target }) => ({
  pom: join(root, "infra", "launcher", "supervisor", source, "pom.xml"),
  sums: join(root, "infra", "launcher", "supervisor", source, "jars.sha256"),
  toolchain: join(root, ".toolchain", target),
  stamp: join(root, ".toolchain", target, "jars.stamp"),
});

/**
 * Names this set of jars: changes with any of them.
 *
 * @param {string} root
 * @param {JarSet} [set]
 */
export function jarsIdentity(root, set = KAFKA_JARS) {
  const { pom, sums } = places(root, set);
  return digest(textOf(pom) ?? "", textOf(sums) ?? "");
}

/**
 * @param {string} root
 * @param {JarSet} [set]
 */
export function jarsFresh(root, set = KAFKA_JARS) {
  const { stamp, sums, toolchain } = places(root, set);
  return (
    textOf(stamp) === jarsIdentity(root, set) &&
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

/**
 * @param {string} toolchain
 * @param {readonly string[]} folders
 */
async function sumsOf(toolchain, folders) {
  /** @type {Map<string, string>} */
  const sums = new Map();
  for (const folder of folders) {
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
 * A set of jars below `.toolchain`, checked against the committed sums.
 *
 * @param {string} root
 * @param {Progress} progress
 * @param {readonly number[]} [waitsMs] - before each further attempt, when the network is at fault
 * @param {JarSet} [set]
 */
export async function ensureJars(root, progress, waitsMs, set = KAFKA_JARS) {
  if (jarsFresh(root, set)) return;
  const { sums, toolchain, stamp } = places(root, set);
  const java = findJava();
  await checkJava(java);
  const maven = findMaven();
  await progress.step(set.what, "Maven", async (advance) => {
    const wanted = parseSums(textOf(sums) ?? "");
    for (let attempt = 1; ; attempt++) {
      const { broken, repository } = await fetchJars(root, maven, wanted, {
        set,
        progress,
        advance,
        waitsMs,
      });
      const wrong = broken ? [] : differences(wanted, await sumsOf(toolchain, set.folders));
      if (!broken && wrong.length === 0) break;
      const names = broken ? set.archives : wrong.map(({ path }) => basename(path));
      // One that came broken into Maven's own store stays there for ever, unless it is taken out.
      if (attempt > 1 || repository === undefined || forget(repository, names) === 0) {
        const what = wrong.slice(0, 5).map(({ path, how }) => `${path} ${how}`);
        throw new SetupError(
          `The jars are not those this project was made with: ${what.join("; ") || "an archive cannot be read"}.`,
          `Remove .toolchain and the jars' folders in ${repository ?? "~/.m2"}, and run the command again.`,
        );
      }
      progress.note(`${set.what}: ${names.slice(0, 3).join(", ")} came broken; fetching it again`);
    }
    if (set === KAFKA_JARS) await keepStorageTemplate(toolchain, java.path);
    writeWhole(stamp, jarsIdentity(root, set));
  });
}

/**
 * @param {string} root
 * @param {string} maven
 * @param {ReadonlyMap<string, string>} wanted
 * @param {{ readonly set: JarSet, readonly progress: Progress, readonly advance: (now: import("./progress.mjs").Advance) => void, readonly waitsMs: readonly number[] | undefined }} told
 * @returns {Promise<{ readonly broken: boolean, readonly repository: string | undefined }>} broken: an archive cannot be
 * read; repository: Maven's own store
 */
async function fetchJars(root, maven, wanted, { set, progress, advance, waitsMs }) {
  const { pom, toolchain } = places(root, set);
  for (const folder of [...set.folders, "markers", "prepared"]) {
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
    advance({ done, total: names.size + set.archives.length, bytes });
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
    { what: set.what, progress, ...(waitsMs ? { waitsMs } : {}) },
  );
  const broken = outcome.code !== 0 && isBrokenArchive(outcome.output);
  if (outcome.code !== 0 && !broken) {
    throw fetchFailed(set.jars, "Maven", outcome, "~/.m2/settings.xml");
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
