import { DAY_MS } from "../time-text.ts";
import { dayOfYear, daysOf, lengthOf, weekdayOf, yearOf } from "./calendar.ts";
import type { Parsed } from "./parse.ts";
import type { TimeField } from "./pattern.ts";
import { instantOf, type Zone } from "./zone.ts";

/** What a text's fields come to, as Java's resolver has it in SMART mode; what cannot be put together stays. */
export interface Resolved {
  /** Days since 1970-01-01; undefined: the text has no whole date. */
  readonly date: number | undefined;
  /** Milliseconds since midnight; undefined: the text has no hour. */
  readonly time: number | undefined;
  /** The fields that are of neither. */
  readonly rest: ReadonlyMap<TimeField, number>;
}

const RANGES: Readonly<Record<TimeField, readonly [least: number, most: number]>> = {
  ERA: [0, 1],
  YEAR: [-999_999_999, 999_999_999],
  YEAR_OF_ERA: [1, 999_999_999],
  MONTH_OF_YEAR: [1, 12],
  DAY_OF_MONTH: [1, 31],
  DAY_OF_YEAR: [1, 366],
  DAY_OF_WEEK: [1, 7],
  AMPM_OF_DAY: [0, 1],
  HOUR_OF_AMPM: [0, 11],
  // Of the clock's hours, zero is let pass here.
  CLOCK_HOUR_OF_AMPM: [0, 12],
  HOUR_OF_DAY: [0, 23],
  CLOCK_HOUR_OF_DAY: [0, 24],
  MINUTE_OF_HOUR: [0, 59],
  SECOND_OF_MINUTE: [0, 59],
  MILLI_OF_DAY: [0, DAY_MS - 1],
  NANO_OF_SECOND: [0, 999_999_999],
  NANO_OF_DAY: [0, DAY_MS * 1_000_000 - 1],
};

/** What an hour is divided into. */
const FINER = ["MINUTE_OF_HOUR", "SECOND_OF_MINUTE", "NANO_OF_SECOND"] as const;

function checked(field: TimeField, value: number): number {
  const [least, most] = RANGES[field];
  if (value < least || value > most)
    throw new Error(`Invalid value for ${field} (valid values ${least} - ${most}): ${value}`);
  return value;
}

/** @throws Error for a value beyond its field's range, and for fields that contradict each other. */
export function resolve({ fields: parsed }: Pick<Parsed, "fields">): Resolved {
  const fields = new Map(parsed);
  const time = timeIn(fields);
  let date = dateIn(fields);
  if (date !== undefined) {
    agree(fields, dateFields(date));
    if (time?.nextDay) date++;
  }
  if (time !== undefined) {
    const hour = Math.floor(time.ms / 3_600_000);
    agree(fields, { AMPM_OF_DAY: Math.floor(hour / 12), HOUR_OF_AMPM: hour % 12 });
  }
  return { date, time: time?.ms, rest: fields };
}

/**
 * The instant that fields name in a zone, by ksqlDB's rule: 1970-01-01T00:00 with each field put in, the largest first.
 *
 * @param zone - where the text names none.
 */
export function instantOfFields(parsed: Parsed, zone: Zone): number {
  const { date, time, rest } = resolve(parsed);
  const days = date ?? dateWith(rest);
  const ms = time ?? timeWith(rest);
  return instantOf(days * DAY_MS + ms, parsed.zone ?? zone);
}

/** What else the text says must be so; it is taken out. */
function agree(fields: Map<TimeField, number>, so: Readonly<Partial<Record<TimeField, number>>>): void {
  for (const [field, value] of Object.entries(so) as [TimeField, number][]) {
    const said = fields.get(field);
    if (said !== undefined && said !== value)
      throw new Error(`Conflict found: ${field} ${said} differs from ${field} ${value}`);
    fields.delete(field);
  }
}

/** Takes the fields of a time of the day out of these, once they make one. */
function timeIn(
  fields: Map<TimeField, number>,
): { readonly ms: number; readonly nextDay: boolean } | undefined {
  const take = (field: TimeField): number | undefined => {
    const value = fields.get(field);
    fields.delete(field);
    return value === undefined ? undefined : checked(field, value);
  };
  const put = (field: TimeField, value: number): void => {
    agree(fields, { [field]: value });
    fields.set(field, value);
  };
  const clock = take("CLOCK_HOUR_OF_DAY");
  if (clock !== undefined) put("HOUR_OF_DAY", clock === 24 ? 0 : clock);
  const half = take("CLOCK_HOUR_OF_AMPM");
  if (half !== undefined) put("HOUR_OF_AMPM", half === 12 ? 0 : half);
  if (fields.has("AMPM_OF_DAY") && fields.has("HOUR_OF_AMPM"))
    put("HOUR_OF_DAY", (take("AMPM_OF_DAY") ?? 0) * 12 + (take("HOUR_OF_AMPM") ?? 0));
  for (const [field, perMs] of [
    ["MILLI_OF_DAY", 1],
    ["NANO_OF_DAY", 1_000_000],
  ] as const) {
    const ofDay = take(field);
    if (ofDay === undefined) continue;
    const ms = Math.floor(ofDay / perMs);
    put("HOUR_OF_DAY", Math.floor(ms / 3_600_000));
    put("MINUTE_OF_HOUR", Math.floor(ms / 60_000) % 60);
    put("SECOND_OF_MINUTE", Math.floor(ms / 1000) % 60);
    put("NANO_OF_SECOND", (ms % 1000) * 1_000_000);
  }
  for (const field of [...FINER, "HOUR_OF_AMPM", "AMPM_OF_DAY"] as const) {
    const value = fields.get(field);
    if (value !== undefined) checked(field, value);
  }
  const finer = FINER.some((field) => fields.has(field));
  // Half a day without an hour is its middle.
  if (fields.has("AMPM_OF_DAY") && !fields.has("HOUR_OF_DAY") && !finer)
    put("HOUR_OF_DAY", (take("AMPM_OF_DAY") ?? 0) * 12 + 6);
  const hour = fields.get("HOUR_OF_DAY");
  if (hour === undefined) return undefined;
  const [minute, second, nano] = FINER.map((field) => fields.get(field));
  // A gap between given fields, such as an hour and seconds, leaves them apart.
  if (
    (minute === undefined && (second !== undefined || nano !== undefined)) ||
    (second === undefined && nano !== undefined)
  ) {
    checked("HOUR_OF_DAY", hour);
    return undefined;
  }
  for (const field of ["HOUR_OF_DAY", ...FINER] as const) fields.delete(field);
  const nextDay = hour === 24 && !minute && !second && !nano;
  if (nextDay) return { ms: 0, nextDay };
  checked("HOUR_OF_DAY", hour);
  return { ms: millis(hour, minute, second, nano), nextDay };
}

const millis = (hour = 0, minute = 0, second = 0, nano = 0): number =>
  ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(nano / 1_000_000);

/** Takes the fields of a date out of these, once they make one. */
function dateIn(fields: Map<TimeField, number>): number | undefined {
  const ofEra = fields.get("YEAR_OF_ERA");
  const era = fields.get("ERA");
  if (era !== undefined) checked("ERA", era);
  if (ofEra !== undefined) {
    checked("YEAR_OF_ERA", ofEra);
    const year = fields.get("YEAR");
    const meant = era === 0 || (era === undefined && year !== undefined && year <= 0) ? 1 - ofEra : ofEra;
    if (year !== undefined && year !== meant)
      throw new Error(`Conflict found: YEAR ${year} differs from YEAR ${meant}`);
    fields.set("YEAR", meant);
    fields.delete("YEAR_OF_ERA");
    fields.delete("ERA");
  }
  const year = fields.get("YEAR");
  const month = fields.get("MONTH_OF_YEAR");
  const day = fields.get("DAY_OF_MONTH");
  const ofYear = fields.get("DAY_OF_YEAR");
  if (year === undefined) return undefined;
  if (month !== undefined && day !== undefined) {
    checked("YEAR", year);
    checked("MONTH_OF_YEAR", month);
    checked("DAY_OF_MONTH", day);
    for (const field of ["YEAR", "MONTH_OF_YEAR", "DAY_OF_MONTH"] as const) fields.delete(field);
    // SMART: the 31st of a shorter month is its last.
    return daysOf(year, month, Math.min(day, lengthOf(year, month)));
  }
  if (ofYear === undefined) return undefined;
  checked("YEAR", year);
  checked("DAY_OF_YEAR", ofYear);
  for (const field of ["YEAR", "DAY_OF_YEAR"] as const) fields.delete(field);
  if (ofYear === 366 && lengthOf(year, 2) < 29)
    throw new Error(`Invalid date 'DayOfYear 366' as '${year}' is not a leap year`);
  return daysOf(year, 1, 1) + ofYear - 1;
}

/** 1970-01-01 with these fields, by `LocalDate.with`, from years down to days. */
function dateWith(rest: ReadonlyMap<TimeField, number>): number {
  let [year, month, day] = [1970, 1, 1];
  const given = (field: TimeField): number | undefined => {
    const value = rest.get(field);
    return value === undefined ? undefined : checked(field, value);
  };
  if (given("ERA") === 0) year = 1 - year;
  year = given("YEAR") ?? year;
  month = given("MONTH_OF_YEAR") ?? month;
  day = given("DAY_OF_MONTH") ?? day;
  if (day > lengthOf(year, month))
    throw new Error(`Invalid date: month ${month} of ${year} has no day ${day}`);
  let date = daysOf(year, month, day);
  const weekday = given("DAY_OF_WEEK");
  if (weekday !== undefined) date += weekday - weekdayOf(date);
  const ofYear = given("DAY_OF_YEAR");
  if (ofYear === 366) throw new Error("Leap day cannot be parsed without supplying the year field");
  return ofYear === undefined ? date : daysOf(yearOf(date), 1, 1) + ofYear - 1;
}

/** Midnight with these fields. */
function timeWith(rest: ReadonlyMap<TimeField, number>): number {
  const hour =
    rest.get("HOUR_OF_DAY") ?? (rest.get("AMPM_OF_DAY") ?? 0) * 12 + (rest.get("HOUR_OF_AMPM") ?? 0);
  return millis(hour, rest.get("MINUTE_OF_HOUR"), rest.get("SECOND_OF_MINUTE"), rest.get("NANO_OF_SECOND"));
}

function dateFields(days: number): Readonly<Partial<Record<TimeField, number>>> {
  const date = new Date(days * DAY_MS);
  const year = date.getUTCFullYear();
  return {
    ERA: year > 0 ? 1 : 0,
    DAY_OF_WEEK: weekdayOf(days),
    YEAR: year,
    MONTH_OF_YEAR: date.getUTCMonth() + 1,
    DAY_OF_MONTH: date.getUTCDate(),
    DAY_OF_YEAR: dayOfYear(days),
  };
}
