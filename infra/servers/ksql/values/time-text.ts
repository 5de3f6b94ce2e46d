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

/** `12:34:56`, with milliseconds where there are any. */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const text = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return ms % 1000 === 0 ? text : `${text}.${String(ms % 1000).padStart(3, "0")}`;
}

const TIMESTAMP =
  /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:[T ](?:(\d{1,2})(?::(\d{1,2}))?(?::(\d{1,2}))?(?:\.(\d{1,9}))?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * The instant of an ISO 8601 text, of which all behind the year may be missing: `2018`, `2018-01-01T00:00:00.010`,
 * `2018-01-01T00:00Z`. Without an offset it is UTC.
 *
 * @returns epoch ms, or undefined when the text is none.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = TIMESTAMP.exec(text.trim());
  if (!match) return undefined;
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  const millis = Number(fraction.padEnd(3, "0").slice(0, 3));
  const utc = Date.UTC(
    0,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    millis,
  );
  const date = new Date(utc);
  date.setUTCFullYear(Number(year) + (date.getUTCFullYear() - 1900));
  if (Number(month) > 12 || Number(day) > 31 || Number(hour) > 24) return undefined;
  return date.getTime() - offsetMs(zone);
}

function offsetMs(zone: string | undefined): number {
  if (!zone || zone === "Z") return 0;
  const digits = zone.replace(":", "");
  const sign = digits.startsWith("-") ? -1 : 1;
  return sign * (Number(digits.slice(1, 3)) * 60 + Number(digits.slice(3, 5))) * 60_000;
}

/** Days since 1970-01-01 of `2020-05-05`. */
export function parseDate(text: string): number | undefined {
  const ms = parseTimestamp(text);
  return ms === undefined || ms % DAY_MS !== 0 ? undefined : ms / DAY_MS;
}

/** Milliseconds since midnight of `12:34`, `12:34:56` or `12:34:56.789`. */
export function parseTime(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?$/.exec(text.trim());
  if (!match) return undefined;
  const [, hour, minute, second = "0", fraction = ""] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return (
    ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 +
    Number(fraction.padEnd(3, "0").slice(0, 3))
  );
}
