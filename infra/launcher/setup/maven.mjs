// @ts-check
// What Maven is given, and what its lines tell.
import { userInfo } from "node:os";

/** @type {Readonly<Record<string, number>>} */
const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** Has this user an account on the machine? A container often runs as a number that has none. */
export function hasAccount() {
  try {
    return userInfo().homedir !== "";
  } catch {
    return false;
  }
}

/**
 * What Maven needs in its environment besides. Java takes a user's home from the account. Without one it is "?": Maven
 * would fetch everything again into a folder of that name, and see no settings.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} account - has the user one?
 * @param {string} folder - serves as home where nothing names one
 * @returns {NodeJS.ProcessEnv}
 */
export function mavenEnvironment(env, account, folder) {
  const home = `-Duser.home=${env["HOME"] || folder}`;
  const quote = home.includes('"') ? "'" : '"';
  return {
    // Maven's own colours otherwise leave escape codes behind, even in batch mode.
    MAVEN_OPTS: `${env["MAVEN_OPTS"] ?? ""} -Djansi.noreset=true`,
    // Java finds a folder with an umlaut only where the locale has it.
    LC_ALL: "C.UTF-8",
    ...(account ? {} : { JDK_JAVA_OPTIONS: `${env["JDK_JAVA_OPTIONS"] ?? ""} ${quote}${home}${quote}` }),
  };
}

/**
 * @param {string} line
 * @returns {{ readonly file: string, readonly bytes: number } | null} what has arrived
 */
export function transferIn(line) {
  const match = /Downloaded from \S+: \S*\/([^/\s]+) \(([\d.]+) ([kMG]?B)/.exec(line);
  if (!match) return null;
  const [, file = "", count, unit = "B"] = match;
  return { file, bytes: Number(count) * (UNITS[unit] ?? 1) };
}

/**
 * @param {string} line
 * @returns {string | undefined} the folder of Maven's own store, where the line names it
 */
export function repositoryIn(line) {
  return /(?:Expanding: |unpacking file:? )(.+?)\/io\/debezium\//.exec(line)?.[1];
}

/** @param {string} output - did an archive turn out to be broken? */
export function isBrokenArchive(output) {
  return /Error unpacking|Truncated TAR|Unexpected end of ZLIB|Not in GZIP format|archive is not a ZIP/i.test(
    output,
  );
}
