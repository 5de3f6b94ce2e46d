// @ts-check
// What Maven's lines tell.

/** @type {Readonly<Record<string, number>>} */
const UNITS = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

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
