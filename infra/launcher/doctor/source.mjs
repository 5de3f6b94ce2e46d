// @ts-check
import { note, ok, problem } from "./finding.mjs";

const CHECK = "stations";
const WITHIN_MS = 3_000;

/**
 * Does the table of stations follow PostgreSQL? Asked of the process that compares them (`central`, role `stations`).
 *
 * @param {string | undefined} supervisor - of the running system
 * @returns {Promise<readonly import("./finding.mjs").Finding[]>}
 */
export async function sourceFindings(supervisor) {
  if (!supervisor) return [];
  try {
    const { parts } = /** @type {{ parts: readonly { name: string, probe?: string | null }[] }} */ (
      await json(`${supervisor}/status`)
    );
    const probe = parts.find(({ name, probe: url }) => name === "central" && url)?.probe;
    if (!probe) return [];
    return findingsOf(await json(`${probe.replace(/\/readyz$/, "")}/readyz`));
  } catch {
    // Whoever does not answer is a finding of its own.
    return [];
  }
}

/**
 * @param {any} readiness - what `central` answers on `/readyz`
 * @returns {readonly import("./finding.mjs").Finding[]}
 */
export function findingsOf(readiness) {
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

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
async function json(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
  return response.json();
}
