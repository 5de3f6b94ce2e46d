import { DAY_MS } from "../time-text.ts";
import { dayOfYear, weekdayOf } from "./calendar.ts";
import { nameOf } from "./names.ts";
import {
  type Element,
  elementsOf,
  type NumberElement,
  type OffsetLayout,
  type TimeField,
} from "./pattern.ts";
import { offsetParts, type Zone, zoneName } from "./zone.ts";

/** A point of a calendar, and where; without a zone no letter may ask for it. */
export interface FormattedTime {
  /** The local time as if it were UTC, epoch ms. */
  readonly local: number;
  /** What the value has: a DATE has no time, a TIME no date. */
  readonly has: "date" | "time" | "both";
  readonly zone?: { readonly zone: Zone; readonly epochMs: number };
}

const TIME_OF_DAY: ReadonlySet<TimeField> = new Set([
  ...(["AMPM_OF_DAY", "HOUR_OF_AMPM", "CLOCK_HOUR_OF_AMPM", "HOUR_OF_DAY", "CLOCK_HOUR_OF_DAY"] as const),
  ...(["MINUTE_OF_HOUR", "SECOND_OF_MINUTE", "MILLI_OF_DAY", "NANO_OF_SECOND", "NANO_OF_DAY"] as const),
]);
const JAVA_NAMES: Readonly<Partial<Record<TimeField, string>>> = {
  MONTH_OF_YEAR: "MonthOfYear",
  DAY_OF_MONTH: "DayOfMonth",
  HOUR_OF_DAY: "HourOfDay",
  MINUTE_OF_HOUR: "MinuteOfHour",
};
/** Java's BIGINT times may lie beyond what a Date can hold. */
const MOST_MS = 8.64e15;

/**
 * A time by a pattern of Java's `DateTimeFormatter` (17), in English.
 *
 * @throws Error for what Java refuses, and for letters and zone names that this server does not know.
 */
export function formatWith(pattern: string, shown: FormattedTime): string {
  if (!(Math.abs(shown.local) <= MOST_MS)) throw new Error("this server formats years up to 275760 only");
  return textOf(elementsOf(pattern), shown);
}

function textOf(elements: readonly Element[], shown: FormattedTime): string {
  return elements.map((element) => partOf(element, shown)).join("");
}

function partOf(element: Element, shown: FormattedTime): string {
  switch (element.kind) {
    case "literal":
      return element.text;
    case "optional":
      try {
        return textOf(element.elements, shown);
      } catch (error) {
        if (error instanceof NotThere) return "";
        throw error;
      }
    case "text":
      return nameOf(element.field, element.style, fieldOf(element.field, shown));
    case "number":
      return numberText(element, fieldOf(element.field, shown));
    case "offset":
      return offsetText(zoneOfShown(shown), element.layout, element.zero);
    case "zone": {
      const { zone, epochMs } = zoneOfShown(shown);
      return element.as === "id" ? zone.id : zoneName(zone, element.as, epochMs);
    }
  }
}

/** The value has no such field: an optional part is left out. */
class NotThere extends Error {}

function zoneOfShown({ zone }: FormattedTime): NonNullable<FormattedTime["zone"]> {
  if (!zone) throw new NotThere("Unable to extract ZoneId from temporal");
  return zone;
}

function fieldOf(field: TimeField, { local, has }: FormattedTime): number {
  const ofTime = TIME_OF_DAY.has(field);
  if ((ofTime && has === "date") || (!ofTime && has === "time"))
    throw new NotThere(`Unsupported field: ${JAVA_NAMES[field] ?? field}`);
  return VALUES[field](new Date(local), local);
}

const hourOf = (at: Date): number => at.getUTCHours();
const msOfDay = (local: number): number => local - Math.floor(local / DAY_MS) * DAY_MS;

/** What a field is at a local time, which is given as a Date and in epoch ms. */
const VALUES: Readonly<Record<TimeField, (at: Date, local: number) => number>> = {
  ERA: (at) => (at.getUTCFullYear() > 0 ? 1 : 0),
  YEAR: (at) => at.getUTCFullYear(),
  YEAR_OF_ERA: (at) => (at.getUTCFullYear() > 0 ? at.getUTCFullYear() : 1 - at.getUTCFullYear()),
  MONTH_OF_YEAR: (at) => at.getUTCMonth() + 1,
  DAY_OF_MONTH: (at) => at.getUTCDate(),
  DAY_OF_YEAR: (_, local) => dayOfYear(Math.floor(local / DAY_MS)),
  DAY_OF_WEEK: (_, local) => weekdayOf(Math.floor(local / DAY_MS)),
  AMPM_OF_DAY: (at) => (hourOf(at) < 12 ? 0 : 1),
  HOUR_OF_AMPM: (at) => hourOf(at) % 12,
  CLOCK_HOUR_OF_AMPM: (at) => hourOf(at) % 12 || 12,
  HOUR_OF_DAY: hourOf,
  CLOCK_HOUR_OF_DAY: (at) => hourOf(at) || 24,
  MINUTE_OF_HOUR: (at) => at.getUTCMinutes(),
  SECOND_OF_MINUTE: (at) => at.getUTCSeconds(),
  MILLI_OF_DAY: (_, local) => msOfDay(local),
  NANO_OF_SECOND: (at) => at.getUTCMilliseconds() * 1_000_000,
  NANO_OF_DAY: (_, local) => msOfDay(local) * 1_000_000,
};

function numberText({ field, min, max, sign, reduced, fraction }: NumberElement, value: number): string {
  if (fraction) return String(value).padStart(9, "0").slice(0, min);
  if (reduced) return String(Math.abs(value) % 100).padStart(2, "0");
  const digits = String(Math.abs(value));
  if (digits.length > max || (value < 0 && sign === "never")) {
    throw new Error(`Field ${field} cannot be printed as the value ${value} does not fit`);
  }
  const padded = digits.padStart(min, "0");
  if (value < 0) return `-${padded}`;
  return sign === "exceeds" && digits.length > min ? `+${padded}` : padded;
}

function offsetText(
  { zone, epochMs }: NonNullable<FormattedTime["zone"]>,
  layout: OffsetLayout,
  zero: string,
): string {
  const seconds = Math.trunc(zone.offsetAt(epochMs) / 1000);
  const { sign, hours, minutes, rest } = offsetParts(seconds);
  if (seconds === 0) return zero;
  const withSeconds = rest !== "00";
  const texts: Readonly<Record<OffsetLayout, () => string>> = {
    "+HHmm": () => hours + (minutes === "00" ? "" : minutes),
    "+HHMM": () => hours + minutes,
    "+HH:MM": () => `${hours}:${minutes}`,
    "+HHMMss": () => hours + minutes + (withSeconds ? rest : ""),
    "+HH:MM:ss": () => `${hours}:${minutes}${withSeconds ? `:${rest}` : ""}`,
  };
  const text = texts[layout]();
  // What is left of an offset of less than a minute has no sign.
  return /[1-9]/.test(text) ? sign + text : zero;
}
