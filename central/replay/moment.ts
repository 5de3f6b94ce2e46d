const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * A moment as a person says it: `08:12` or `08:12:30` (today, or yesterday where that is still to come), `15m` ago
 * (s, m, h, d), `now`, or what `Date` reads, such as `2026-11-30T08:12:00Z`. Without a zone it is this machine's.
 *
 * @param now - epoch ms.
 * @returns epoch ms; undefined: it is none of these.
 */
export function momentOf(text: string, now: number): number | undefined {
  if (text === "now") return now;
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * (UNITS_MS[ago[2] ?? ""] ?? 0);
  const clock = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (clock)
    return lastAt(
      clock.slice(1).map((part) => Number(part ?? 0)),
      now,
    );
  // `Date` also takes a bare number, for a year or a month.
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The last time that a clock showed this. */
function lastAt([hours = 0, minutes = 0, seconds = 0]: readonly number[], now: number): number | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const moment = new Date(now);
  moment.setHours(hours, minutes, seconds, 0);
  if (moment.getTime() > now) moment.setDate(moment.getDate() - 1);
  return moment.getTime();
}
