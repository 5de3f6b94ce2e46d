import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { formatWith } from "./format.ts";
import { parseWith } from "./parse.ts";
import { instantOfFields, resolve } from "./resolve.ts";
import { parseSimpleDate } from "./simple-date.ts";
import { zoneOf } from "./zone.ts";

const DAY_MS = 86_400_000;

type Case = readonly [
  what: string,
  value: number | string,
  pattern: string,
  zone: string | null,
  answer: number | string | null,
];

/** By testing/JavaTime.java, which has Java's and ksqlDB's rules from Java itself. */
const CASES = gunzipSync(readFileSync(join(import.meta.dirname, "testing", "java-time.jsonl.gz")))
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case);

const OURS: Readonly<Record<string, (value: never, pattern: string, zone: string) => unknown>> = {
  format(epochMs: number, pattern, id) {
    const zone = zoneOf(id);
    return formatWith(pattern, {
      local: epochMs + zone.offsetAt(epochMs),
      has: "both",
      zone: { zone, epochMs },
    });
  },
  "format date": (days: number, pattern) => formatWith(pattern, { local: days * DAY_MS, has: "date" }),
  "format time": (ms: number, pattern) => formatWith(pattern, { local: ms, has: "time" }),
  parse: (text: string, pattern, zone) => instantOfFields(parseWith(pattern, text), zoneOf(zone)),
  "parse time"(text: string, pattern) {
    const { date, time, rest } = resolve(parseWith(pattern, text));
    if (date !== undefined || time === undefined) throw new Error("no time");
    if ([...rest.keys()].some((field) => /YEAR|ERA|MONTH|WEEK/.test(field))) throw new Error("a date");
    return time;
  },
  date(text: string, pattern) {
    const { date } = resolve(parseWith(pattern, text));
    if (date === undefined) throw new Error("no date");
    return date;
  },
  "simple date": (text: string, pattern) => parseSimpleDate(text, pattern),
};

function ours([what, value, pattern, zone]: Case): { readonly answer: unknown; readonly why?: string } {
  try {
    return { answer: OURS[what]?.(value as never, pattern, zone ?? "GMT") };
  } catch (error) {
    return { answer: null, why: String(error) };
  }
}

test.each(Object.keys(OURS))("%s: as Java has it, or refused by name", (what) => {
  const cases = CASES.filter(([of]) => of === what);
  expect(cases.length).toBeGreaterThan(400);
  const wrong = cases.flatMap((each) => {
    const { answer, why } = ours(each);
    if (answer === each[4] || /this server (does not know|reads|formats)/.test(why ?? "")) return [];
    return [[...each, why ?? answer]];
  });
  expect(wrong.slice(0, 15)).toEqual([]);
  const refused = cases.filter((each) => /this server/.test(ours(each).why ?? ""));
  expect(refused.length / cases.length).toBeLessThan(0.1);
});
