/** Fields that a letter of a pattern can name, by their names in `java.time.temporal.ChronoField`. */
export type TimeField =
  | "ERA"
  | "YEAR"
  | "YEAR_OF_ERA"
  | "MONTH_OF_YEAR"
  | "DAY_OF_MONTH"
  | "DAY_OF_YEAR"
  | "DAY_OF_WEEK"
  | "AMPM_OF_DAY"
  | "HOUR_OF_AMPM"
  | "CLOCK_HOUR_OF_AMPM"
  | "HOUR_OF_DAY"
  | "CLOCK_HOUR_OF_DAY"
  | "MINUTE_OF_HOUR"
  | "SECOND_OF_MINUTE"
  | "MILLI_OF_DAY"
  | "NANO_OF_SECOND"
  | "NANO_OF_DAY";

export interface NumberElement {
  readonly kind: "number";
  readonly field: TimeField;
  readonly min: number;
  readonly max: number;
  /** Java's SignStyle: NORMAL, NOT_NEGATIVE, EXCEEDS_PAD. */
  readonly sign: "normal" | "never" | "exceeds";
  /** `yy`: the last two digits, of the years from 2000 on. */
  readonly reduced: boolean;
  /** `SSS`: the first digits of a second's fraction. */
  readonly fraction: boolean;
  /** Digits of numbers of fixed width that follow without anything between: this one leaves them over. */
  readonly subsequent: number;
}

export type TextStyle = "short" | "full" | "narrow";

export type Element =
  | NumberElement
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "text"; readonly field: TimeField; readonly style: TextStyle }
  | { readonly kind: "offset"; readonly layout: OffsetLayout; readonly zero: string }
  | { readonly kind: "zone"; readonly as: "id" | "short" | "full" }
  | { readonly kind: "optional"; readonly elements: readonly Element[] };

export type OffsetLayout = "+HHmm" | "+HHMM" | "+HH:MM" | "+HHMMss" | "+HH:MM:ss";

const NUMBERS: Readonly<Record<string, TimeField>> = {
  M: "MONTH_OF_YEAR",
  L: "MONTH_OF_YEAR",
  d: "DAY_OF_MONTH",
  H: "HOUR_OF_DAY",
  k: "CLOCK_HOUR_OF_DAY",
  h: "CLOCK_HOUR_OF_AMPM",
  K: "HOUR_OF_AMPM",
  m: "MINUTE_OF_HOUR",
  s: "SECOND_OF_MINUTE",
};
const COUNTED: Readonly<Record<string, TimeField>> = {
  n: "NANO_OF_SECOND",
  N: "NANO_OF_DAY",
  A: "MILLI_OF_DAY",
};
const TEXTS: Readonly<Record<string, TimeField>> = { E: "DAY_OF_WEEK", G: "ERA" };
/** Letters of Java that depend on a locale's weeks or on names that this server does not have. */
const NOT_HERE = "QqwWYecFgBvOp";
const LAYOUTS: readonly OffsetLayout[] = ["+HHmm", "+HHMM", "+HH:MM", "+HHMMss", "+HH:MM:ss"];

/** Patterns are mostly the same for each row, and may come from rows. */
const patterns = new Map<string, readonly Element[]>();
const MOST_PATTERNS = 256;

/**
 * A pattern's parts, taken apart once.
 *
 * @throws Error as `parsePattern` does.
 */
export function elementsOf(pattern: string): readonly Element[] {
  const known = patterns.get(pattern);
  if (known) return known;
  const elements = parsePattern(pattern);
  if (patterns.size >= MOST_PATTERNS) patterns.clear();
  patterns.set(pattern, elements);
  return elements;
}

/**
 * A pattern of Java's `DateTimeFormatter` in its parts, as `DateTimeFormatterBuilder.appendPattern` reads it (Java 17).
 *
 * @throws Error in Java's words for a wrong pattern; in ours for a letter that this server does not know.
 */
function parsePattern(pattern: string): readonly Element[] {
  const levels: Level[] = [new Level()];
  const top = (): Level => levels.at(-1) as Level;
  for (let i = 0; i < pattern.length; ) {
    const mark = pattern.charAt(i);
    if (/[A-Za-z]/.test(mark)) {
      let end = i + 1;
      while (pattern[end] === mark) end++;
      field(top(), mark, end - i);
      i = end;
    } else if (mark === "'") {
      const { text, end } = quoted(pattern, i);
      top().add({ kind: "literal", text });
      i = end;
    } else {
      i++;
      if (mark === "[") {
        top().cut();
        levels.push(new Level());
      } else if (mark === "]") {
        if (levels.length === 1) throw new Error("Pattern invalid as it contains ] without previous [");
        close(levels);
      } else if ("{}#".includes(mark)) throw new Error(`Pattern includes reserved character: '${mark}'`);
      else top().add({ kind: "literal", text: mark });
    }
  }
  while (levels.length > 1) close(levels);
  return top().elements;
}

/** What stands between two brackets, or all. */
class Level {
  readonly elements: Element[] = [];
  /** The number that leaves digits over for those that follow it at once. */
  #variable: number | undefined;

  add(element: Element): void {
    this.elements.push(element);
    this.cut();
  }

  /** The next number follows something. */
  cut(): void {
    this.#variable = undefined;
  }

  /** Adjacent values: see `DateTimeFormatterBuilder.appendValue`. */
  addNumber(element: NumberElement): void {
    const fixed = element.min === element.max && element.sign === "never";
    const before = this.#variable;
    this.elements.push(element);
    if (before === undefined || !fixed) {
      this.#variable = this.elements.length - 1;
      return;
    }
    const leaving = this.elements[before] as NumberElement;
    this.elements[before] = { ...leaving, subsequent: leaving.subsequent + element.max };
  }
}

function close(levels: Level[]): void {
  const inner = levels.pop();
  if (inner && inner.elements.length > 0) levels.at(-1)?.add({ kind: "optional", elements: inner.elements });
}

/** `''` is a quote, `'…'` a text in which `''` is one. */
function quoted(pattern: string, start: number): { readonly text: string; readonly end: number } {
  let text = "";
  for (let i = start + 1; i < pattern.length; i++) {
    if (pattern[i] !== "'") text += pattern[i];
    else if (pattern[i + 1] === "'") {
      text += "'";
      i++;
    } else return { text: text === "" ? "'" : text, end: i + 1 };
  }
  throw new Error(`Pattern ends with an incomplete string literal: ${pattern}`);
}

function field(level: Level, letter: string, count: number): void {
  const tooMany = (most: number): void => {
    if (count > most) throw new Error(`Too many pattern letters: ${letter}`);
  };
  const value = (of: TimeField, min: number, max: number, more: Partial<NumberElement> = {}): void =>
    level.addNumber({
      ...{ kind: "number", field: of, min, max, sign: min === max ? "never" : "normal" },
      ...{ reduced: false, fraction: false, subsequent: 0 },
      ...more,
    });
  const number = NUMBERS[letter];
  const text = TEXTS[letter];
  const counted = COUNTED[letter];
  if (letter === "y" || letter === "u") {
    tooMany(19);
    const year = letter === "y" ? "YEAR_OF_ERA" : "YEAR";
    if (count === 2) value(year, 2, 2, { reduced: true });
    else value(year, count, 19, { sign: count < 4 ? "normal" : "exceeds" });
  } else if ("ML".includes(letter) && count > 2) {
    tooMany(5);
    level.add({ kind: "text", field: "MONTH_OF_YEAR", style: styleOf(count) });
  } else if (number) {
    tooMany(2);
    value(number, count, count === 1 ? 19 : count);
  } else if (letter === "D") {
    tooMany(3);
    if (count === 1) value("DAY_OF_YEAR", 1, 19);
    else value("DAY_OF_YEAR", count, 3, { sign: "never" });
  } else if (letter === "S") {
    tooMany(9);
    value("NANO_OF_SECOND", count, count, { fraction: true });
  } else if (counted) {
    tooMany(19);
    value(counted, count, 19, { sign: "never" });
  } else if (text) {
    tooMany(5);
    level.add({ kind: "text", field: text, style: styleOf(count) });
  } else if (letter === "a") {
    tooMany(1);
    level.add({ kind: "text", field: "AMPM_OF_DAY", style: "short" });
  } else zoned(level, letter, count, tooMany);
}

function zoned(level: Level, letter: string, count: number, tooMany: (most: number) => void): void {
  if (letter === "X" || letter === "x") {
    tooMany(5);
    const layout = LAYOUTS[count - 1] as OffsetLayout;
    const zero = count === 1 ? "+00" : count % 2 === 0 ? "+0000" : "+00:00";
    level.add({ kind: "offset", layout, zero: letter === "X" ? "Z" : zero });
  } else if (letter === "Z") {
    tooMany(5);
    if (count === 4) throw notHere("ZZZZ");
    if (count === 5) level.add({ kind: "offset", layout: "+HH:MM:ss", zero: "Z" });
    else level.add({ kind: "offset", layout: "+HHMM", zero: "+0000" });
  } else if (letter === "z") {
    tooMany(4);
    level.add({ kind: "zone", as: count === 4 ? "full" : "short" });
  } else if (letter === "V") {
    if (count !== 2) throw new Error("Pattern letter count must be 2: V");
    level.add({ kind: "zone", as: "id" });
  } else if (NOT_HERE.includes(letter)) throw notHere(letter.repeat(count));
  else throw new Error(`Unknown pattern letter: ${letter}`);
}

function notHere(letters: string): Error {
  return new Error(`this server does not know the pattern letters ${letters}`);
}

function styleOf(count: number): TextStyle {
  if (count === 5) return "narrow";
  return count === 4 ? "full" : "short";
}
