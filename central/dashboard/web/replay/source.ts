import type { HistoryAnswer, MomentsAnswer, RecountAnswer } from "../../../../schemas/page/history.ts";
import { NO_SERVER, secondOf } from "../rules/replay.ts";

/** Why there is no answer, in the words of the server, or `NO_SERVER`. `retryMs`: null: asked again, it would be the same. */
export class NoAnswer extends Error {
  readonly retryMs: number | null;

  constructor(message: string, retryMs: number | null) {
    super(message);
    this.retryMs = retryMs;
  }
}

/** Where the past comes from. Each method throws NoAnswer. */
export interface PastSource {
  history(): Promise<HistoryAnswer>;
  moments(at: number, stepMs: number, frames: number, signal: AbortSignal): Promise<MomentsAnswer>;
  recount(from: number, to: number, signal: AbortSignal): Promise<RecountAnswer>;
}

const RETRY_MS = 2_000;

/** This page's own server. */
export const serverSource: PastSource = {
  history: () => ask("history", {}),
  moments: (at, step, frames, signal) =>
    ask("moments", { at: new Date(at).toISOString(), step: String(step), frames: String(frames) }, signal),
  recount: (from, to, signal) => ask("recount", { from: secondOf(from), to: secondOf(to) }, signal),
};

async function ask<T>(
  path: string,
  query: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}?${new URLSearchParams(query)}`, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new NoAnswer(NO_SERVER, RETRY_MS);
  }
  if (response.ok) return (await response.json()) as T;
  const { error = `the server answered ${response.status}` } = (await response.json().catch(() => ({}))) as {
    readonly error?: string;
  };
  const passing = response.status === 429 || response.status >= 500;
  throw new NoAnswer(`${error}.`, passing ? RETRY_MS : null);
}
