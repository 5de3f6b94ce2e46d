import { BYTES, INTEGER, STRING } from "../../sql/types.ts";
import { type RegularExpression, regularExpression } from "../../values/regular-expression.ts";
import { occurrencesOf, reversed } from "../../values/text-search.ts";
import { checkTextLength, joined } from "../../values/text-size.ts";
import type { Value } from "../../values/value.ts";
import type { FunctionTable, Overload } from "./define.ts";

const text = (apply: (s: string) => Value): Overload => ({
  params: ["STRING"],
  returns: STRING,
  apply: ([s]) => apply(String(s)),
});

/** Java's `substring` by ksqlDB's rules: counted from 1, negative from the end, never past either end. */
function substring(s: string, start: number, length = Number.POSITIVE_INFINITY): string {
  const from = start < 0 ? Math.max(s.length + start, 0) : Math.max(Math.min(start - 1, s.length), 0);
  return s.slice(from, Math.max(from, Math.min(from + length, s.length)));
}

function pad(s: string, length: number, padding: string, side: "left" | "right"): string | null {
  if (length < 0 || padding === "") return null;
  checkTextLength(length);
  const cut = s.slice(0, length);
  return side === "left" ? cut.padStart(length, padding) : cut.padEnd(length, padding);
}

/** Counted from 1; from the end where `position` is negative. 0: there is none. */
function instr(s: string, part: string, position = 1, occurrence = 1): number {
  if (position === 0 || occurrence < 1) return 0;
  if (position < 0) {
    const found = instr(reversed(s), reversed(part), Math.max(1, 1 - position - part.length), occurrence);
    return found === 0 ? 0 : s.length - (found - 1) - part.length + 1;
  }
  if (part === "") return Math.min(position + occurrence - 1, s.length + 1);
  let seen = 0;
  for (const at of occurrencesOf(s, part, position - 1)) if (++seen === occurrence) return at + 1;
  return 0;
}

function replaced(s: string, from: string, to: string): string {
  if (from === "") {
    checkTextLength(s.length + (s.length + 1) * to.length);
    return s.replaceAll("", () => to);
  }
  const parts: string[] = [];
  let end = 0;
  for (const at of occurrencesOf(s, from, 0, false)) {
    parts.push(s.slice(end, at));
    end = at + from.length;
  }
  return joined([...parts, s.slice(end)], to);
}

/** The pattern is mostly the same for each row. */
function lastExpression(): (pattern: string) => RegularExpression {
  let last: { readonly pattern: string; readonly expression: RegularExpression } | undefined;
  return (pattern) => {
    if (last?.pattern !== pattern) last = { pattern, expression: regularExpression(pattern) };
    return last.expression;
  };
}

/** The same of bytes: each of them is one character. */
function alsoOfBytes(overloads: readonly Overload[]): readonly Overload[] {
  const ofBytes = overloads.map(
    (overload): Overload => ({
      ...overload,
      params: overload.params.map((param) => (param === "STRING" ? "BYTES" : param)),
      returns: overload.returns === STRING ? BYTES : overload.returns,
      apply(args, types, now) {
        const texts = args.map((arg) => (Buffer.isBuffer(arg) ? arg.toString("latin1") : arg));
        const result = overload.apply(texts, types, now);
        return typeof result === "string" ? Buffer.from(result, "latin1") : result;
      },
    }),
  );
  return [...overloads, ...ofBytes];
}

/** `\\u004b` and Java's other escapes; NULL for a text that does not begin with one. */
function unescaped(code: string): string | null {
  if (code.length < 6 || !code.startsWith("\\u")) return null;
  return code.replace(/\\(?:u+([0-9a-fA-F]{4})|([btnfr"'\\]))/g, (_, hex?: string, name = "") =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (ESCAPES[name] ?? name),
  );
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r" };

const extractedBy = lastExpression();
const replacedBy = lastExpression();

export const TEXT_FUNCTIONS: FunctionTable = {
  LEN: alsoOfBytes([{ params: ["STRING"], returns: INTEGER, apply: ([s]) => String(s).length }]),
  UCASE: [text((s) => s.toUpperCase())],
  LCASE: [text((s) => s.toLowerCase())],
  TRIM: [text((s) => s.trim())],
  INITCAP: [
    text((s) =>
      s.toLowerCase().replace(/(^|\s)(\S)/g, (_, space: string, c: string) => space + c.toUpperCase()),
    ),
  ],
  CONCAT: alsoOfBytes([
    {
      params: ["STRING", "STRING", "STRING"],
      variadic: true,
      returns: STRING,
      nulls: true,
      apply: (args) => joined(args.filter((a) => a !== null).map(String)),
    },
  ]),
  CONCAT_WS: alsoOfBytes([
    {
      params: ["STRING", "STRING", "STRING"],
      variadic: true,
      returns: STRING,
      nulls: true,
      apply: ([separator, ...rest]) =>
        separator === null ? null : joined(rest.filter((a) => a !== null).map(String), String(separator)),
    },
  ]),
  SUBSTRING: alsoOfBytes([
    {
      params: ["STRING", "INTEGER"],
      returns: STRING,
      apply: ([s, start]) => substring(String(s), Number(start)),
    },
    {
      params: ["STRING", "INTEGER", "INTEGER"],
      returns: STRING,
      apply: ([s, start, length]) => substring(String(s), Number(start), Math.max(Number(length), 0)),
    },
  ]),
  REPLACE: [
    {
      params: ["STRING", "STRING", "STRING"],
      returns: STRING,
      apply: ([s, from, to]) => replaced(String(s), String(from), String(to)),
    },
  ],
  LPAD: alsoOfBytes([
    {
      params: ["STRING", "INTEGER", "STRING"],
      returns: STRING,
      apply: ([s, length, padding]) => pad(String(s), Number(length), String(padding), "left"),
    },
  ]),
  RPAD: alsoOfBytes([
    {
      params: ["STRING", "INTEGER", "STRING"],
      returns: STRING,
      apply: ([s, length, padding]) => pad(String(s), Number(length), String(padding), "right"),
    },
  ]),
  INSTR: [
    {
      params: ["STRING", "STRING", "INTEGER"],
      variadic: true,
      returns: INTEGER,
      apply: ([s, part, position, occurrence]) =>
        instr(String(s), String(part), Number(position ?? 1), Number(occurrence ?? 1)),
    },
  ],
  REGEXP_EXTRACT: [
    {
      params: ["STRING", "STRING", "INTEGER"],
      variadic: true,
      returns: STRING,
      apply: ([pattern, s, group]) => extractedBy(String(pattern)).extract(String(s), Number(group ?? 0)),
    },
  ],
  REGEXP_REPLACE: [
    {
      params: ["STRING", "STRING", "STRING"],
      returns: STRING,
      apply: ([s, pattern, to]) => replacedBy(String(pattern)).replace(String(s), String(to)),
    },
  ],
  CHR: [
    { params: ["INTEGER"], returns: STRING, apply: ([code]) => String.fromCodePoint(Number(code)) },
    { params: ["STRING"], returns: STRING, apply: ([code]) => unescaped(String(code)) },
  ],
};
