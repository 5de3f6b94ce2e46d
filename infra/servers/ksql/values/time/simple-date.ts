import { DAY_MS } from "../time-text.ts";

/** Before, Java's calendar is the Julian one. */
const GREGORIAN = Date.UTC(1582, 9, 15);
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const FULL_MONTHS =
  "january february march april may june july august september october november december".split(" ");

interface Part {
  /** Absent: `text` stands here as it is. */
  readonly letter?: string;
  readonly width: number;
  readonly text: string;
}

/**
 * A DATE by a pattern of `SimpleDateFormat`, as ksqlDB's PARSE_DATE reads it with Commons Lang's `FastDateFormat`: parts
 * beyond their range roll over, and what stands behind the date is not looked at.
 *
 * @returns days since 1970-01-01.
 * @throws Error when the text does not fit, and for letters that this server does not know.
 */
export function parseSimpleDate(text: string, pattern: string): number {
  const parts = partsOf(pattern);
  const values: Record<string, number> = {};
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const before = at;
    at = part.letter === undefined ? literal(part, text, at) : valueAt(part, parts[i + 1], text, at, values);
    if (at < 0) throw new Error(`Unparseable date: "${text}" at ${before}`);
  }
  const { y = 1970, M = 1, d = 1, H = 0, m = 0, s = 0, S = 0 } = values;
  const date = new Date(0);
  date.setUTCFullYear(y, M - 1, d);
  const ms = date.getTime() + ((H * 60 + m) * 60 + s) * 1000 + S;
  if (!(ms >= GREGORIAN)) throw new Error("this server reads dates from 1582-10-15 on only");
  if (ms % DAY_MS !== 0) throw new Error("Date format contains time field.");
  return ms / DAY_MS;
}

function partsOf(pattern: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [text, quoted, letters] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (letters !== undefined) {
      if (!"yMdHmsS".includes(letters)) throw notHere(text);
      if (letters === "y" && text.length < 3) throw notHere(text);
      parts.push({ letter: letters, width: text.length, text });
    } else if (quoted !== undefined) {
      const plain = quoted === "" ? "'" : quoted.replaceAll("''", "'");
      parts.push({ width: plain.length, text: plain });
    } else if (text === "'") throw new Error(`Unterminated quote in pattern ${pattern}`);
    else parts.push({ width: text.length, text });
  }
  return parts;
}

function notHere(letters: string): Error {
  const advice = letters.startsWith("y")
    ? ": two digits mean another century in some years, so write yyyy"
    : "";
  return new Error(`this server does not know the pattern letters ${letters} of a date${advice}`);
}

const isNumber = (part: Part | undefined): boolean =>
  part?.letter !== undefined && !(part.letter === "M" && part.width >= 3);

function literal(part: Part, text: string, at: number): number {
  return text.startsWith(part.text, at) ? at + part.text.length : -1;
}

function valueAt(
  part: Part,
  next: Part | undefined,
  text: string,
  at: number,
  into: Record<string, number>,
): number {
  const letter = part.letter ?? "";
  if (!isNumber(part)) {
    const lower = text.slice(at, at + 16).toLowerCase();
    for (const names of [FULL_MONTHS, MONTHS]) {
      const index = names.findIndex((name) => lower.startsWith(name));
      if (index < 0) continue;
      into[letter] = index + 1;
      return at + (names[index]?.length ?? 0);
    }
    return -1;
  }
  const rest = text.slice(at);
  // Two numbers side by side: the first takes as many digits as it has letters.
  const [all, digits] = isNumber(next)
    ? (/^(\d+)/.exec(rest.slice(0, part.width)) ?? [])
    : (/^\s*(\d+)/.exec(rest) ?? []);
  if (all === undefined || Number(digits) > 2_147_483_647) return -1;
  into[letter] = Number(digits);
  return at + all.length;
}
