// @ts-check
import { note, ok, problem } from "./finding.mjs";

const CHECK = "stations";

/**
 * Does the table of stations follow PostgreSQL? Told by the process that compares them.
 *
 * @param {any} readiness - what `central` answers on `/readyz`
 * @returns {readonly import("./finding.mjs").Finding[]}
 */
export function sourceFindings(readiness) {
  const source = readiness?.stations?.source;
  if (!source) return [];
  /** @type {readonly string[]} */
  const problems = source.problems;
  if (problems.length > 0) {
    return problems.map((says) => problem(CHECK, says, "npm run connect -- status says more"));
  }
  if (source.differing > 0) {
    return [note(CHECK, `${source.differing} stops are not yet as PostgreSQL has them`)];
  }
  /** @type {readonly { name: string, retainedBytes: number | null }[]} */
  const slots = source.slots;
  const kept = slots.map(
    ({ name, retainedBytes }) => `${name} keeps ${Math.round((retainedBytes ?? 0) / 1e6)} MB`,
  );
  return [ok(CHECK, ["as PostgreSQL has them", ...kept].join("; "))];
}
