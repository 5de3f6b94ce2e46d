export const DAY_MS = 86_400_000;

const two = (n: number): string => String(n).padStart(2, "0");

/** `2020-05-05T12:34:56.789`, UTC. */
export function timestampText(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, -1);
}

/** `2020-05-05` of a number of days since 1970-01-01. */
export function dateText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** `12:34`, with seconds and milliseconds where there are any, as Java's `LocalTime`. */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  const fraction = ms % 1000 === 0 ? "" : `.${String(ms % 1000).padStart(3, "0")}`;
  return ms % 60_000 === 0 ? minutes : `${minutes}:${two(seconds % 60)}${fraction}`;
}

const DATE = /^(\d{4}|\+\d{5,6})-(\d{2})-(\d{2})$/;
const CLOCK = /^(\d{2}):(\d{2}):(\d{2})\.(\d{3})$/;
const MIDNIGHT = "00:00:00.000";

/**
 * The instant of an ISO 8601 text, of which all behind the year may be missing: `2018`, `2018-01-01T00:00:00.010`,
 * `2018-01-01T00:00Z`. Without an offset it is UTC. As ksqlDB's `PartialStringToTimestampParser`: a day that the month does not
 * have is its last one, and 24:00 is the next day's start.
 *
 * @returns epoch ms, or undefined when the text is none.
 */
export function parseTimestamp(text: string): number | undefined {
  const [given = "", rest] = text.split(/T(.*)/s);
  const zone = rest === undefined ? "" : zoneIn(rest);
  const time = (rest ?? "").slice(0, (rest ?? "").length - zone.length).replace(/Z$/, "");
  const date = dateIn(rest === undefined ? completed(given) : given);
  const clock = clockIn(time + MIDNIGHT.slice(time.length));
  const offset = offsetMs(zone);
  if (!date || date.year === 0 || clock === undefined || offset === undefined) return undefined;
  const day = Math.min(date.day, daysIn(date));
  return daysOf({ ...date, day }) * DAY_MS + clock - offset;
}

/** Days since 1970-01-01 of `2020-05-05`, of which all behind the year may be missing. */
export function parseDate(text: string): number | undefined {
  const date = dateIn(completed(text));
  return date && date.day <= daysIn(date) ? daysOf(date) : undefined;
}

/** Milliseconds since midnight of `12:34`, `12:34:56` or `12:34:56.789`. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{2}:\d{2})(?:(:\d{2})(?:\.(\d{1,9}))?)?$/.exec(text);
  if (!match) return undefined;
  const [, minutes = "", seconds = ":00", fraction = ""] = match;
  const clock = clockIn(`${minutes}${seconds}.${fraction.padEnd(3, "0").slice(0, 3)}`);
  return clock === DAY_MS ? undefined : clock;
}

interface CalendarDay {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function completed(date: string): string {
  return (
    date +
    ["-01-01", "-01"]
      .slice(date.split("-").length - 1, 2)
      .slice(0, 1)
      .join("")
  );
}

function dateIn(text: string): CalendarDay | undefined {
  const [year = Number.NaN, month = 0, day = 0] = DATE.exec(text)?.slice(1).map(Number) ?? [];
  const isOne = month >= 1 && month <= 12 && day >= 1 && day <= 31 && year <= 275_000;
  return isOne ? { year, month, day } : undefined;
}

function daysIn({ year, month }: CalendarDay): number {
  return new Date(daysOf({ year, month: month + 1, day: 0 }) * DAY_MS).getUTCDate();
}

function daysOf({ year, month, day }: CalendarDay): number {
  return new Date(0).setUTCFullYear(year, month - 1, day) / DAY_MS;
}

function clockIn(text: string): number | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [hour = 0, minute = 0, second = 0, ms = 0] = match.slice(1).map(Number);
  const clock = ((hour * 60 + minute) * 60 + second) * 1000 + ms;
  return minute > 59 || second > 59 || clock > DAY_MS ? undefined : clock;
}

function zoneIn(time: string): string {
  const at = time.indexOf("+") >= 0 ? time.indexOf("+") : time.indexOf("-");
  return at < 0 ? "" : time.slice(at);
}

/** `+2`, `+02`, `+0200`, `+02:00`; 18 hours at most. */
function offsetMs(zone: string): number | undefined {
  if (zone === "") return 0;
  const match = /^([+-])(\d{1,2}|(\d{2}):?(\d{2}))$/.exec(zone);
  if (!match) return undefined;
  const [, sign, hours = "0", hour = hours, minute = "0"] = match;
  const minutes = Number(hour) * 60 + Number(minute);
  if (Number(minute) > 59 || minutes > 18 * 60) return undefined;
  return (sign === "-" ? -1 : 1) * minutes * 60_000;
}
