import type { RecountAnswer, Tick } from "../../../../schemas/page/history.ts";
import type { Texts } from "../texts/texts.ts";

/** How many times faster than it was. */
export const SPEEDS = [1, 10, 60, 600] as const;
export type Speed = (typeof SPEEDS)[number];

/** The interval before a moment that is counted again, ms. */
export const RECOUNTED_MS = 60_000;

/** What is asked for at once at this speed: enough for some seconds of playing, of the reader's time. */
export function framesAt(speed: Speed): { readonly stepMs: number; readonly frames: number } {
  if (speed === 1) return { stepMs: 1_000, frames: 20 };
  if (speed === 10) return { stepMs: 2_000, frames: 40 };
  return speed === 60 ? { stepMs: 5_000, frames: 60 } : { stepMs: 30_000, frames: 40 };
}

/** `?at=` of an address. @returns epoch ms; null: there is none; NaN: it is no moment. */
export function momentOf(search: string): number | null {
  const at = new URLSearchParams(search).get("at");
  return at === null ? null : Date.parse(at);
}

/** An address's query with this moment, in whole seconds, or without one. What else is in it stays. */
export function searchWith(search: string, at: number | null): string {
  const query = new URLSearchParams(search);
  query.delete("at");
  const rest = query.toString().replace(/=(?=&|$)/g, "");
  const moment = at === null ? "" : `at=${secondOf(at)}`;
  const all = [moment, rest].filter((part) => part !== "").join("&");
  return all === "" ? "" : `?${all}`;
}

/** 2026-11-30T08:12:30Z */
export function secondOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** The tick before (-1) or behind (1) a moment; undefined: there is none. Those of the same second are where one is. */
export function tickFrom(ticks: readonly Tick[], at: number, step: 1 | -1): Tick | undefined {
  return step > 0 ? ticks.find((tick) => tick.at > at + 999) : ticks.findLast((tick) => tick.at < at - 999);
}

/** What was going on at a moment, or had just begun. */
export function ticksAt(ticks: readonly Tick[], at: number): readonly Tick[] {
  return ticks.filter((tick) => tick.at <= at + 999 && at <= (tick.until ?? tick.at + 5_000));
}

/** An interval counted again, for a person. */
export function recountWords(count: RecountAnswer, texts: Texts): string {
  const { from, to, entries, arrivals, devices, whole, nameless, faults, moreFaults } = count;
  const { replay } = texts;
  const interval = replay.interval(texts.wall(from), texts.wall(to));
  if (entries + arrivals + nameless === 0) return replay.noReading(interval);
  const counted = replay.counted(interval, entries, arrivals, devices);
  if (whole) return replay.whole(counted);
  const named = faults.slice(0, 3).map(replay.fault);
  const more = faults.length - named.length + moreFaults;
  const all = [...named, ...(more > 0 ? [replay.more(more)] : [])];
  if (nameless > 0) all.push(replay.nameless(nameless));
  return replay.notWhole(counted, all.join("; "));
}

/** What the raw topic says of them; empty: there is nothing to say. */
export function rawWords(
  { inRaw, notCompared, entries, arrivals }: RecountAnswer,
  { replay }: Texts,
): string {
  if (entries + arrivals === 0) return "";
  return notCompared === 0 ? replay.inRaw(inRaw) : replay.partlyInRaw(inRaw, notCompared);
}

/** Why there is no answer, in place of words of the server, which does not answer. */
export const NO_SERVER = "no server";

/** Why a moment cannot be shown: what the server said, or that it says nothing. */
export function problemWords(problem: string, { replay }: Texts): string {
  return problem === NO_SERVER ? replay.noServer : problem;
}
