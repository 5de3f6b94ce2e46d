import { messageOf } from "../../../../../schemas/errors.ts";
import { BIGINT, DATE, INTEGER, STRING, TIME, TIMESTAMP } from "../../sql/types.ts";
import { formatWith } from "../../values/time/format.ts";
import { parseWith } from "../../values/time/parse.ts";
import { instantOfFields, resolve } from "../../values/time/resolve.ts";
import { parseSimpleDate } from "../../values/time/simple-date.ts";
import { zoneOf } from "../../values/time/zone.ts";
import { DAY_MS } from "../../values/time-text.ts";
import type { Value } from "../../values/value.ts";
import type { FunctionTable, Overload, Parameter } from "./define.ts";

type Words = readonly (Value | undefined)[];

/** A function of a value and a pattern; ksqlDB's words say which failed, and on what. */
function withPattern(
  params: readonly Parameter[],
  returns: Overload["returns"],
  what: string,
  apply: (args: Words) => Value,
): readonly Overload[] {
  return [
    {
      params,
      returns,
      apply: (args) => {
        try {
          return apply(args);
        } catch (error) {
          const [first, pattern, zone] = args;
          const at = zone === undefined ? "" : ` at timezone '${String(zone)}'`;
          throw new Error(
            `Failed to ${what} '${String(first)}'${at} with formatter '${String(pattern)}': ${messageOf(error)}`,
          );
        }
      },
    },
  ];
}

const pattern = (args: Words): string => String(args[1]);
const zoned = (args: Words) => zoneOf(String(args[2] ?? "GMT"));

/** `F(instant, pattern [, zone])` → text. */
function formatting(param: Parameter): readonly Overload[] {
  const apply = (args: Words): string => {
    const epochMs = Number(args[0]);
    const zone = zoned(args);
    const local = epochMs + zone.offsetAt(epochMs);
    return formatWith(pattern(args), { local, has: "both", zone: { zone, epochMs } });
  };
  return [
    ...withPattern([param, "STRING"], STRING, "format timestamp", apply),
    ...withPattern([param, "STRING", "STRING"], STRING, "format timestamp", apply),
  ];
}

/** `F(text, pattern [, zone])` → instant. */
function parsing(returns: Overload["returns"], of: (ms: number) => Value): readonly Overload[] {
  const apply = (args: Words): Value =>
    of(instantOfFields(parseWith(pattern(args), String(args[0])), zoned(args)));
  return [
    ...withPattern(["STRING", "STRING"], returns, "parse timestamp", apply),
    ...withPattern(["STRING", "STRING", "STRING"], returns, "parse timestamp", apply),
  ];
}

const dateFormat = (args: Words): string =>
  formatWith(pattern(args), { local: Number(args[0]) * DAY_MS, has: "date" });

function wholeDate(args: Words): number {
  const { date } = resolve(parseWith(pattern(args), String(args[0])));
  if (date === undefined) throw new Error("Unable to obtain LocalDate from TemporalAccessor");
  return date;
}

function wholeTime(args: Words): number {
  const { date, time, rest } = resolve(parseWith(pattern(args), String(args[0])));
  const ofDate = [...rest.keys()].some((field) => /YEAR|ERA|MONTH|WEEK/.test(field));
  if (date !== undefined || ofDate) throw new Error("Time format contains date field.");
  if (time === undefined) throw new Error("Unable to obtain LocalTime from TemporalAccessor");
  return time;
}

export const TIME_FUNCTIONS: FunctionTable = {
  TIMESTAMPTOSTRING: formatting("BIGINT"),
  FORMAT_TIMESTAMP: formatting("TIMESTAMP"),
  FORMAT_DATE: withPattern(["DATE", "STRING"], STRING, "format date", dateFormat),
  FORMAT_TIME: withPattern(["TIME", "STRING"], STRING, "format time", (args) =>
    formatWith(pattern(args), { local: Number(args[0]), has: "time" }),
  ),
  DATETOSTRING: withPattern(["INTEGER", "STRING"], STRING, "format date", dateFormat),
  STRINGTOTIMESTAMP: parsing(BIGINT, (ms) => BigInt(ms)),
  STRINGTODATE: withPattern(["STRING", "STRING"], INTEGER, "parse date", wholeDate),
  PARSE_TIMESTAMP: parsing(TIMESTAMP, (ms) => ms),
  PARSE_DATE: withPattern(["STRING", "STRING"], DATE, "parse date", ([text, of]) =>
    parseSimpleDate(String(text), String(of)),
  ),
  PARSE_TIME: withPattern(["STRING", "STRING"], TIME, "parse time", wholeTime),
  FROM_UNIXTIME: [{ params: ["BIGINT"], returns: TIMESTAMP, apply: ([t]) => Number(t) }],
  UNIX_TIMESTAMP: [
    { params: [], returns: BIGINT, apply: (_args, _types, now) => BigInt(now()) },
    { params: ["TIMESTAMP"], returns: BIGINT, apply: ([t]) => BigInt(Number(t)) },
  ],
  FROM_DAYS: [{ params: ["INTEGER"], returns: DATE, apply: ([d]) => d ?? null }],
  UNIX_DATE: [
    { params: [], returns: INTEGER, apply: (_args, _types, now) => Math.floor(now() / DAY_MS) },
    { params: ["DATE"], returns: INTEGER, apply: ([d]) => d ?? null },
  ],
};
