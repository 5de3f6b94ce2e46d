// @ts-check
import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "./error.mjs";
import { mark, textOf } from "./stamp.mjs";

/** As Vite asks for: npm leaves its native part out on an older one, and the page cannot be built. */
const NODE = [
  [20, 19],
  [22, 12],
];
/** The least version of each line that the tests run with (`npm run test:node`). */
export const SUPPORTED_NODES = ["20.19", "22.12", "24"];
const JAVA = 17;

/**
 * @param {string} program
 * @param {string} [path] - a PATH variable
 * @returns {string | null} where it is
 */
export function find(program, path = process.env["PATH"] ?? "") {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/**
 * @param {string} version - for example "v22.13.1"
 * @param {string} least - for example "22.12"
 * @returns {boolean} is it of this line, and as new?
 */
export function satisfies(version, least) {
  const [major, minor = 0, patch = 0] = version.replace(/^v/, "").split(".").map(Number);
  const [line, from = 0, fix = 0] = least.split(".").map(Number);
  return major === line && (minor > from || (minor === from && patch >= fix));
}

/**
 * @param {string} version - for example "v26.1.0"
 * @returns {boolean} do the tests run with it?
 */
export function isSupportedNode(version) {
  return SUPPORTED_NODES.some((least) => satisfies(version, least));
}

/** @param {string} version - for example "v20.19.0" */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const lines = NODE.map(([line]) => Number(line));
  const least = NODE.find(([line]) => line === major)?.[1];
  if (least === undefined ? major > Math.max(...lines) : minor >= least) return;
  throw new SetupError(
    `Node ${version} is too old: ${NODE.map((line) => line.join(".")).join(" or ")}, or newer, is needed.`,
    "On Debian 13: apt install nodejs npm. Elsewhere: nodejs.org.",
  );
}

/**
 * The Java that `java` means, told apart from others without starting it.
 *
 * @returns {{ readonly path: string, readonly identity: string, readonly major: number | null }} major: null when the
 * installation has no `release` file to read it from
 */
export function findJava() {
  const path = find("java", process.env["JAVA_HOME"] ? join(process.env["JAVA_HOME"], "bin") : undefined);
  if (!path) {
    throw new SetupError(
      "Java is missing: Kafka and Kafka Connect run on it.",
      "On Debian: apt install openjdk-17-jre-headless (or default-jre-headless).",
    );
  }
  const real = realpathSync(path);
  const release = textOf(join(dirname(dirname(real)), "release"));
  const version = /^JAVA_VERSION="(\d+)/m.exec(release ?? "")?.[1];
  return {
    path,
    identity: `${real} ${mark(real)} ${release ?? ""}`,
    major: version ? Number(version) : null,
  };
}

/** @param {{ readonly path: string, readonly major: number | null }} java */
export async function checkJava(java) {
  let { major } = java;
  if (major === null) {
    const { stderr } = await promisify(execFile)(java.path, ["-version"]);
    major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
  }
  if (major >= JAVA) return;
  throw new SetupError(
    `Java ${major} is too old: ${JAVA} or newer is needed.`,
    `On Debian: apt install openjdk-${JAVA}-jre-headless.`,
  );
}

/** @returns {string} */
export function findMaven() {
  const path = find("mvn");
  if (path) return path;
  throw new SetupError(
    "Maven is missing: it fetches the jars of Kafka and Kafka Connect, once.",
    "On Debian: apt install maven.",
  );
}
