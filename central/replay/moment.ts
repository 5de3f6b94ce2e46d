import { parseDuration } from "../../infra/runtime/text/units.ts";

/**
 * A moment as a person says it: `08:12` or `08:12:30` (today, or yesterday where that is still to come), `15m` ago
 * (s, m, h, d), `now`, or what `Date` reads, such as `2026-11-30T08:12:00Z`. Without a zone it is this machine's.
 *
 * @param now - epoch ms.
 * @returns epoch ms; undefined when the text is no moment.
 */
export function momentOf(text: string, now: number): number | undefined {
  if (text === "now") return now;
  // A bare number may be a year.
  const ago = /[smhd]$/.test(text) ? parseDuration(text) : undefined;
  if (ago !== undefined) return now - ago;
  const clock = clockOf(text);
  if (clock) return lastAt(clock, now);
  // `Date` also takes a bare number, for a year or a month.
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * The moment at which something ends that begins at `from`: what a clock shows is meant as the next time that it does.
 *
 * @returns epoch ms; undefined when the text is no moment.
 */
export function endOf(text: string, from: number, now: number): number | undefined {
  const clock = clockOf(text);
  if (!clock) return momentOf(text, now);
  const moment = at(clock, from);
  if (moment.getTime() <= from) moment.setDate(moment.getDate() + 1);
  return moment.getTime();
}

/** Hours, minutes and seconds; undefined: it is no time of a clock. */
function clockOf(text: string): readonly [number, number, number] | undefined {
  const [, hours, minutes, seconds = "0"] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const clock = [Number(hours), Number(minutes), Number(seconds)] as const;
  return clock[0] <= 23 && clock[1] <= 59 && clock[2] <= 59 ? clock : undefined;
}

/** When the clock shows this, on the day of `ms`. */
function at(clock: readonly [number, number, number], ms: number): Date {
  const moment = new Date(ms);
  moment.setHours(...clock, 0);
  return moment;
}

/** The last time that a clock showed this. */
function lastAt(clock: readonly [number, number, number], now: number): number {
  const moment = at(clock, now);
  if (moment.getTime() > now) moment.setDate(moment.getDate() - 1);
  return moment.getTime();
}
