import { INTEGER, STRING } from "../../sql/types.ts";
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
  const cut = s.slice(0, length);
  return side === "left" ? cut.padStart(length, padding) : cut.padEnd(length, padding);
}

function instr(s: string, part: string, position = 1, occurrence = 1): number {
  if (position === 0 || occurrence < 1) return 0;
  if (position < 0) {
    let at = s.length + position + 1;
    for (let n = 0; n < occurrence; n++) {
      if (at <= 0) return 0;
      at = s.lastIndexOf(part, at - 1);
      if (at < 0) return 0;
    }
    return at + 1;
  }
  let at = position - 2;
  for (let n = 0; n < occurrence; n++) {
    at = s.indexOf(part, at + 1);
    if (at < 0) return 0;
  }
  return at + 1;
}

export const TEXT_FUNCTIONS: FunctionTable = {
  LEN: [{ params: ["STRING"], returns: INTEGER, apply: ([s]) => String(s).length }],
  UCASE: [text((s) => s.toUpperCase())],
  LCASE: [text((s) => s.toLowerCase())],
  TRIM: [text((s) => s.trim())],
  INITCAP: [
    text((s) =>
      s.toLowerCase().replace(/(^|\s)(\S)/g, (_, space: string, c: string) => space + c.toUpperCase()),
    ),
  ],
  CONCAT: [
    {
      params: ["STRING", "STRING", "STRING"],
      variadic: true,
      returns: STRING,
      nulls: true,
      apply: (args) => args.filter((a) => a !== null).join(""),
    },
  ],
  CONCAT_WS: [
    {
      params: ["STRING", "STRING", "STRING"],
      variadic: true,
      returns: STRING,
      nulls: true,
      apply: ([separator, ...rest]) =>
        separator === null ? null : rest.filter((a) => a !== null).join(String(separator)),
    },
  ],
  SUBSTRING: [
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
  ],
  REPLACE: [
    {
      params: ["STRING", "STRING", "STRING"],
      returns: STRING,
      apply: ([s, from, to]) => String(s).replaceAll(String(from), () => String(to)),
    },
  ],
  LPAD: [
    {
      params: ["STRING", "INTEGER", "STRING"],
      returns: STRING,
      apply: ([s, length, padding]) => pad(String(s), Number(length), String(padding), "left"),
    },
  ],
  RPAD: [
    {
      params: ["STRING", "INTEGER", "STRING"],
      returns: STRING,
      apply: ([s, length, padding]) => pad(String(s), Number(length), String(padding), "right"),
    },
  ],
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
      apply: ([pattern, s, group]) =>
        new RegExp(String(pattern), "u").exec(String(s))?.[Number(group ?? 0)] ?? null,
    },
  ],
  REGEXP_REPLACE: [
    {
      params: ["STRING", "STRING", "STRING"],
      returns: STRING,
      apply: ([s, pattern, to]) => String(s).replace(new RegExp(String(pattern), "gu"), String(to)),
    },
  ],
  CHR: [{ params: ["INTEGER"], returns: STRING, apply: ([code]) => String.fromCodePoint(Number(code)) }],
};
