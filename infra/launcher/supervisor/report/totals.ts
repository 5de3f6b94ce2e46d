import type { Totals } from "./status-line.ts";

const WITHIN_MS = 900;

/** Ask the page's API. What it does not answer is null. */
export async function readTotals(page: string, at: number): Promise<Totals> {
  const [proof, trains] = await Promise.all([get(`${page}/api/v1/proof`), get(`${page}/api/v1/trains`)]);
  const figures = isObject(proof) ? proof : {};
  return {
    at,
    proof: typeof figures["state"] === "string" ? figures["state"] : null,
    entries: numberOf(figures["clean"]),
    waiting: numberOf(figures["waiting"]),
    trains: Array.isArray(trains) ? trains.length : null,
  };
}

async function get(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
