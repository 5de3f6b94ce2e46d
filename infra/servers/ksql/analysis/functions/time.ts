import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP } from "../../sql/types.ts";
import { formatTime, parseWithPattern } from "../../values/time-pattern.ts";
import { DAY_MS } from "../../values/time-text.ts";
import type { Value } from "../../values/value.ts";
import type { FunctionTable, Overload, Parameter } from "./define.ts";

/** `F(time, pattern [, zone])` → text. */
function formatting(param: Parameter, toMs: (value: Value) => number): readonly Overload[] {
  return [
    {
      params: [param, "STRING", "STRING"],
      variadic: true,
      returns: STRING,
      apply: ([time = null, pattern, zone]) => formatTime(toMs(time), String(pattern), String(zone ?? "UTC")),
    },
  ];
}

/** `F(text, pattern [, zone])` → time. */
function parsing(type: typeof BIGINT, fromMs: (ms: number) => Value): readonly Overload[] {
  return [
    {
      params: ["STRING", "STRING", "STRING"],
      variadic: true,
      returns: type,
      apply: ([text, pattern, zone]) =>
        fromMs(parseWithPattern(String(text), String(pattern), String(zone ?? "UTC"))),
    },
  ];
}

const ms = (value: Value): number => Number(value);
const days = (value: Value): number => Number(value) * DAY_MS;

/** UNIX_TIMESTAMP and UNIX_DATE without arguments depend on the clock and are left to ksqlDB. */
export const TIME_FUNCTIONS: FunctionTable = {
  TIMESTAMPTOSTRING: formatting("BIGINT", ms),
  FORMAT_TIMESTAMP: formatting("TIMESTAMP", ms),
  FORMAT_DATE: formatting("DATE", days),
  FORMAT_TIME: formatting("TIME", ms),
  DATETOSTRING: formatting("INTEGER", days),
  STRINGTOTIMESTAMP: parsing(BIGINT, (t) => BigInt(t)),
  STRINGTODATE: parsing(INTEGER, (t) => Math.floor(t / DAY_MS)),
  PARSE_TIMESTAMP: parsing(TIMESTAMP, (t) => t),
  PARSE_DATE: parsing(DATE, (t) => Math.floor(t / DAY_MS)),
  PARSE_TIME: parsing(TIME, (t) => ((t % DAY_MS) + DAY_MS) % DAY_MS),
  FROM_UNIXTIME: [{ params: ["BIGINT"], returns: TIMESTAMP, apply: ([t]) => Number(t) }],
  UNIX_TIMESTAMP: [{ params: ["TIMESTAMP"], returns: BIGINT, apply: ([t]) => BigInt(Number(t)) }],
  FROM_DAYS: [{ params: ["INTEGER"], returns: DATE, apply: ([d]) => d ?? null }],
  UNIX_DATE: [{ params: ["DATE"], returns: INTEGER, apply: ([d]) => d ?? null }],
};
