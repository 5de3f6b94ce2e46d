// @ts-check

const WITHIN_MS = 3_000;

/**
 * @param {string} url
 * @returns {Promise<any>}
 */
export async function json(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
  return response.json();
}

/**
 * What each part of the running system answers on `/readyz`, by its name. A part that does not answer is left out: it is a
 * finding of its own. So is a supervisor of a system that was killed, whose port another program may have by now.
 *
 * @param {string | undefined} supervisor
 * @returns {Promise<ReadonlyMap<string, any>>}
 */
export async function readinessOf(supervisor) {
  if (!supervisor) return new Map();
  const status = await json(`${supervisor}/status`).catch(() => undefined);
  /** @type {readonly { name: string, probe?: string | null }[]} */
  const parts = Array.isArray(status?.parts) ? status.parts : [];
  const answers = await Promise.all(
    parts.map(async ({ name, probe }) => {
      if (!probe?.endsWith("/readyz")) return [];
      const answer = await json(probe).catch(() => undefined);
      return answer === null || typeof answer !== "object" ? [] : [/** @type {const} */ ([name, answer])];
    }),
  );
  return new Map(answers.flat());
}
