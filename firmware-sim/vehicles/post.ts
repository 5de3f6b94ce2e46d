import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import fetch from "node-fetch";
import { bearer } from "../../infra/runtime/security/http.ts";
import type { FleetEvent, FleetRefusal } from "../../schemas/fleet.ts";

/** What came of a POST. */
export type PostAnswer =
  | { readonly kind: "taken" }
  /** Never to be taken: these of the events, by their index. */
  | { readonly kind: "refused"; readonly indexes: readonly number[]; readonly reason: string }
  | { readonly kind: "too-large" }
  /** Whether it was taken is unknown. */
  | { readonly kind: "later"; readonly afterMs: number; readonly reason: string };

/** Sends events, one or more; never rejects. */
export type Post = (events: readonly FleetEvent[]) => Promise<PostAnswer>;

/** Longer than the ingest's own patience with Kafka. */
const TIMEOUT_MS = 15_000;
const CONNECTIONS = 64;

/**
 * Over HTTP with `node-fetch`, connections kept.
 *
 * @param host - `http://host:port` of the ingest.
 * @param login - what it may ask for: a key of the vehicles, a token.
 */
export function httpPost(
  host: string,
  { apiKey, token }: { readonly apiKey?: string | undefined; readonly token?: string | undefined } = {},
): Post {
  const url = new URL("/events", host);
  const settings = { keepAlive: true, maxSockets: CONNECTIONS };
  const agent = url.protocol === "https:" ? new TlsAgent(settings) : new Agent(settings);
  const headers = {
    "content-type": "application/json",
    ...(apiKey === undefined ? {} : { "x-api-key": apiKey }),
    ...bearer(token),
  };
  return async (events) => {
    const body = JSON.stringify(events.length === 1 ? events[0] : events);
    try {
      const response = await fetch(url, {
        method: "POST",
        body,
        headers,
        agent,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const after = Number(response.headers.get("retry-after") ?? 0);
      return answerOf(response.status, after, await response.text(), events.length);
    } catch (error) {
      return { kind: "later", afterMs: 0, reason: error instanceof Error ? error.message : String(error) };
    }
  };
}

/**
 * @param after - seconds, as `Retry-After` says.
 * @param body - of the answer.
 * @param count - events sent.
 */
export function answerOf(status: number, after: number, body: string, count: number): PostAnswer {
  if (status === 202) return { kind: "taken" };
  if (status === 413) return { kind: "too-large" };
  const afterMs = after > 0 ? after * 1_000 : 0;
  if (status !== 400 && status !== 409)
    return { kind: "later", afterMs, reason: `${status} ${body.slice(0, 200)}` };
  const refusal = refusalIn(body);
  const named = refusal?.events?.map(({ index }) => index).filter((index) => index < count) ?? [];
  const indexes = named.length > 0 ? named : Array.from({ length: count }, (_, index) => index);
  return { kind: "refused", indexes, reason: refusal?.error ?? "refused" };
}

function refusalIn(body: string): FleetRefusal | undefined {
  try {
    return JSON.parse(body) as FleetRefusal;
  } catch {
    return undefined;
  }
}
