// @ts-check
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { SetupError } from "./error.mjs";
import { run } from "./run.mjs";
import { digest, textOf, writeWhole } from "./stamp.mjs";
import { checkJava, findJava, findMaven } from "./tools.mjs";

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
  return textOf(places(root).stamp) === jarsIdentity(root);
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
 * @returns {string[]} one sentence per difference
 */
export function differences(wanted, found) {
  const paths = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return paths.flatMap((path) => {
    if (!found.has(path)) return [`${path} is missing`];
    if (!wanted.has(path)) return [`${path} is not expected`];
    return wanted.get(path) === found.get(path) ? [] : [`${path} has another SHA-256 sum`];
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
 * @param {import("./progress.mjs").Progress} progress
 */
export async function ensureJars(root, progress) {
  if (jarsFresh(root)) return;
  const { pom, sums, toolchain, stamp } = places(root);
  await checkJava(findJava());
  const maven = findMaven();
  await progress.step("Kafka, Connect and Debezium", "Maven, under a minute", async () => {
    for (const folder of ["libs", "plugins", "markers"]) {
      rmSync(join(toolchain, folder), { recursive: true, force: true });
    }
    const { code, output } = await run(maven, ["-B", "-ntp", "-q", "-f", pom, "process-resources"], {
      cwd: root,
      // Maven's own colours otherwise leave escape codes behind, even in batch mode.
      env: { MAVEN_OPTS: `${process.env["MAVEN_OPTS"] ?? ""} -Djansi.noreset=true` },
    });
    if (code !== 0) {
      throw new SetupError(
        `Maven ended with code ${code}:\n${output.trim()}`,
        "Check the network and ~/.m2/settings.xml, then run the command again.",
      );
    }
    const wrong = differences(parseSums(textOf(sums) ?? ""), await sumsOf(toolchain));
    if (wrong.length > 0) {
      throw new SetupError(
        `The jars are not those this project was made with: ${wrong.slice(0, 5).join("; ")}.`,
        "Remove .toolchain and the jars' folders in ~/.m2, and run the command again.",
      );
    }
    writeWhole(stamp, jarsIdentity(root));
  });
}
