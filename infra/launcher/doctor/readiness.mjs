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
 * What each part of the running system answers on `/readyz`, by its name; whoever does not answer is left out, and is a
 * finding of its own.
 *
 * @param {string | undefined} supervisor
 * @returns {Promise<ReadonlyMap<string, any>>}
 */
export async function readinessOf(supervisor) {
  if (!supervisor) return new Map();
  /** @type {{ parts: readonly { name: string, probe?: string | null }[] }} */
  const { parts } = await json(`${supervisor}/status`).catch(() => ({ parts: [] }));
  const answers = await Promise.all(
    parts.map(async ({ name, probe }) => {
      if (!probe?.endsWith("/readyz")) return [];
      const answer = await json(probe).catch(() => undefined);
      return answer === undefined ? [] : [/** @type {const} */ ([name, answer])];
    }),
  );
  return new Map(answers.flat());
}
