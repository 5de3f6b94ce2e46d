import type { Texts } from "../texts/texts.ts";

/** How old what the page shows is. Every panel asks this one rule, so that none says more than another knows. */
export type Freshness =
  /** Nothing has come yet. */
  | { readonly state: "starting" }
  | { readonly state: "live" }
  /** What is shown was so at `since`, server's wall ms. */
  | { readonly state: "as-of"; readonly since: number; readonly why: "disconnected" | "silent" };

export interface FeedState {
  /** Does the page know anything? */
  readonly known: boolean;
  /** Since when the server does not answer, server's wall ms; null: it does. */
  readonly lostSince: number | null;
  /** Since when the server hears nothing from Kafka, server's wall ms; null: it does. */
  readonly silentSince: number | null;
}

export function freshnessOf({ known, lostSince, silentSince }: FeedState): Freshness {
  if (!known) return { state: "starting" };
  // What the server said last was old already where it had been deaf.
  if (silentSince !== null)
    return { state: "as-of", since: silentSince, why: lostSince === null ? "silent" : "disconnected" };
  if (lostSince !== null) return { state: "as-of", since: lostSince, why: "disconnected" };
  return { state: "live" };
}

/** "as of 12 s ago"; empty: it is the present. */
export function ageWords(freshness: Freshness, now: number, { page }: Texts): string {
  return freshness.state === "as-of" ? page.asOf(now - freshness.since) : "";
}

/** What may be said of devices none of which is silent. */
export function reportingWords(freshness: Freshness, devices: number, now: number, texts: Texts): string {
  const { none } = texts.attention;
  if (devices === 0) return none.unheard;
  if (freshness.state !== "as-of") return none.reporting(devices);
  return none[freshness.why](now - freshness.since);
}

/** How many trains are seen, and how many were not seen for long: "8 trains, 2 unseen". */
export function trainWords(trains: readonly { readonly stale: boolean }[], { page }: Texts): string {
  const unseen = trains.filter(({ stale }) => stale).length;
  if (unseen === 0) return page.trains(trains.length);
  return unseen === trains.length
    ? page.trainsUnseen(unseen)
    : page.someUnseen(trains.length - unseen, unseen);
}
