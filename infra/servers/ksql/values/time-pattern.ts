import { RE2JS } from "re2js";
import { parseTimestamp } from "./time-text.ts";

/** Letters of Java's `DateTimeFormatter` that this server knows. */
const FIELD =
  /'((?:[^']|'')*)'|(G+|y+|u+|M+|d+|D+|H+|h+|k+|m+|s+|S+|a|E+|z+|Z+|X+|x+|V+)|([^A-Za-z'])|(.)/gsu;

const formatters = new Map<string, Intl.DateTimeFormat>();

interface Parts {
  readonly [name: string]: string;
}

function partsOf(epochMs: number, zone: string): Parts {
  // Names of zones are known in any case: a formatter for each spelling would be without end.
  const name = zone.toUpperCase();
  let formatter = formatters.get(name);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      weekday: "long",
      timeZoneName: "short",
    });
    formatters.set(name, formatter);
  }
  return Object.fromEntries(formatter.formatToParts(epochMs).map((part) => [part.type, part.value]));
}

/** Milliseconds that `zone` is ahead of UTC at this instant. */
function offsetAt(epochMs: number, zone: string): number {
  if (zone === "UTC") return 0;
  const p = partsOf(epochMs, zone);
  const local = Date.UTC(
    Number(p["year"]),
    Number(p["month"]) - 1,
    Number(p["day"]),
    Number(p["hour"]),
    Number(p["minute"]),
    Number(p["second"]),
  );
  return local - Math.floor(epochMs / 1000) * 1000;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/**
 * A time by a pattern of Java's `DateTimeFormatter`, in English.
 *
 * @throws Error for letters this server does not know and unknown zones.
 */
export function formatTime(epochMs: number, pattern: string, zone = "UTC"): string {
  const p = partsOf(epochMs, zone);
  const local = new Date(epochMs + offsetAt(epochMs, zone));
  let text = "";
  for (const [, quotedText, letters, literal, unknown] of pattern.matchAll(FIELD)) {
    if (unknown !== undefined) throw new Error(`Unknown pattern letter: ${unknown}`);
    if (quotedText !== undefined) text += quotedText === "" ? "'" : quotedText.replaceAll("''", "'");
    else if (letters !== undefined) text += formatField(letters, local, p, epochMs, zone);
    else text += literal ?? "";
  }
  return text;
}

function formatField(letters: string, local: Date, p: Parts, epochMs: number, zone: string): string {
  const number = (n: number): string => String(n).padStart(letters.length, "0");
  const hour = local.getUTCHours();
  switch (letters[0]) {
    case "y":
    case "u":
      return letters.length === 2
        ? String(local.getUTCFullYear() % 100).padStart(2, "0")
        : number(local.getUTCFullYear());
    case "M": {
      const name = MONTHS[local.getUTCMonth()] ?? "";
      if (letters.length >= 4) return name;
      return letters.length === 3 ? name.slice(0, 3) : number(local.getUTCMonth() + 1);
    }
    case "d":
      return number(local.getUTCDate());
    case "D":
      return number(Math.floor((local.getTime() - Date.UTC(local.getUTCFullYear(), 0, 1)) / 86_400_000) + 1);
    case "H":
      return number(hour);
    case "k":
      return number(hour === 0 ? 24 : hour);
    case "h":
      return number(hour % 12 === 0 ? 12 : hour % 12);
    case "m":
      return number(local.getUTCMinutes());
    case "s":
      return number(local.getUTCSeconds());
    case "S":
      return String(local.getUTCMilliseconds())
        .padStart(3, "0")
        .padEnd(letters.length, "0")
        .slice(0, letters.length);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "E":
      return letters.length >= 4 ? (p["weekday"] ?? "") : (p["weekday"] ?? "").slice(0, 3);
    case "G":
      return "AD";
    case "z":
      return p["timeZoneName"] ?? zone;
    case "V":
      return zone;
    default:
      return offsetText(offsetAt(epochMs, zone), letters);
  }
}

function offsetText(offset: number, letters: string): string {
  if (offset === 0 && letters[0] === "X") return "Z";
  const minutes = Math.abs(offset) / 60_000;
  const sign = offset < 0 ? "-" : "+";
  const hh = String(Math.floor(minutes / 60)).padStart(2, "0");
  const mm = String(minutes % 60).padStart(2, "0");
  if (letters[0] !== "Z" && letters.length === 1) return minutes % 60 === 0 ? sign + hh : sign + hh + mm;
  return letters[0] !== "Z" && letters.length === 3 ? `${sign}${hh}:${mm}` : sign + hh + mm;
}

/**
 * The instant that `text` names by this pattern; what the pattern lacks is 1970-01-01T00:00 in `zone`.
 *
 * @returns epoch ms.
 * @throws Error when the text does not fit.
 */
export function parseWithPattern(text: string, pattern: string, zone = "UTC"): number {
  if (lastReader?.pattern !== pattern) lastReader = { pattern, ...readerOf(pattern) };
  const { names, expression } = lastReader;
  const matcher = expression.matcher(text);
  if (!matcher.matches()) throw new Error(`Failed to parse timestamp '${text}' with formatter '${pattern}'`);
  return assemble(
    names,
    names.map((_, i) => matcher.group(i + 1) ?? ""),
    zone,
  );
}

interface Reader {
  /** The letters of each group. */
  readonly names: readonly string[];
  readonly expression: RE2JS;
}

/** Patterns are mostly the same for each row. */
let lastReader: (Reader & { readonly pattern: string }) | undefined;

/** Two fields of letters side by side would make an engine that backtracks try each way to part them. */
function readerOf(pattern: string): Reader {
  const names: string[] = [];
  let expression = "";
  for (const [, quotedText, letters, literal, unknown] of pattern.matchAll(FIELD)) {
    if (unknown !== undefined) throw new Error(`Unknown pattern letter: ${unknown}`);
    if (letters === undefined) {
      const plain = quotedText === undefined ? (literal ?? "") : quotedText === "" ? "'" : quotedText;
      expression += RE2JS.quote(plain);
      continue;
    }
    names.push(letters);
    expression += fieldRegex(letters);
  }
  return { names, expression: RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE) };
}

function fieldRegex(letters: string): string {
  switch (letters[0]) {
    case "M":
      return letters.length >= 3 ? "([A-Za-z]+)" : `(\\d{1,${Math.max(2, letters.length)}})`;
    case "E":
    case "a":
    case "G":
      return "([A-Za-z]+)";
    case "z":
    case "V":
      return "([A-Za-z_/+:0-9-]+)";
    case "Z":
    case "X":
    case "x":
      return "(Z|[+-]\\d{2}(?::?\\d{2})?)";
    case "y":
    case "u":
      return letters.length === 2 ? "(\\d{2})" : "(\\d{4})";
    case "S":
      return `(\\d{${letters.length}})`;
    default:
      return letters.length === 1 ? "(\\d{1,3})" : `(\\d{${letters.length}})`;
  }
}

function assemble(names: readonly string[], values: readonly string[], zone: string): number {
  const field = (letter: string): string | undefined => values[names.findIndex((name) => name[0] === letter)];
  const year = field("y") ?? field("u") ?? "1970";
  const month = field("M") ?? "1";
  const monthNumber = /^\d+$/.test(month)
    ? Number(month)
    : MONTHS.findIndex((name) => name.slice(0, 3).toLowerCase() === month.slice(0, 3).toLowerCase()) + 1;
  let hour = Number(field("H") ?? field("k") ?? field("h") ?? 0);
  if (field("h") && /pm/i.test(field("a") ?? "")) hour = (hour % 12) + 12;
  const local = Date.UTC(
    year.length === 2 ? 2000 + Number(year) : Number(year),
    monthNumber - 1,
    Number(field("d") ?? 1),
    hour,
    Number(field("m") ?? 0),
    Number(field("s") ?? 0),
    Number((field("S") ?? "0").padEnd(3, "0").slice(0, 3)),
  );
  const offset = field("X") ?? field("x") ?? field("Z");
  if (offset !== undefined) {
    const at = parseTimestamp(`1970-01-01T00:00:00${offset.length === 3 ? `${offset}00` : offset}`) ?? 0;
    return local + at;
  }
  const named = field("V") ?? zone;
  return local - offsetAt(local - offsetAt(local, named), named);
}
