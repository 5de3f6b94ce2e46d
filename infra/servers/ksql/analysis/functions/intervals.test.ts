import { describe, expect, test } from "vitest";
import { parseStatements } from "../../sql/statements.ts";
import { typeText } from "../../sql/types.ts";
import { valueText } from "../../values/value.ts";
import { compile } from "../compile.ts";
import type { Scope } from "../scope.ts";

const SCOPE: Scope = {
  source: "S",
  alias: "S",
  columns: [
    { name: "N", type: { base: "INTEGER" }, index: 0 },
    { name: "DAY", type: { base: "INTEGER" }, index: 1 },
  ],
};

function shown(sql: string): string {
  const [statement] = parseStatements(`SELECT ${sql} FROM S;`);
  const [item] = statement?.kind === "select" ? statement.query.items : [];
  if (item?.kind !== "expression") throw new Error(`no expression: ${sql}`);
  const { type, evaluate } = compile(item.expression, SCOPE);
  const value = evaluate([null, 5]);
  return `${type ? typeText(type) : "NULL"} ${value === null || !type ? "null" : valueText(value, type)}`;
}

const time = "CAST('12:00:00.123' AS TIME)";

/** Each value is what `java.time` and `TimeUnit` give for ksqlDB's own formula. */
describe("a time moved by an interval", () => {
  test.each([
    ["TIMESTAMPADD(MILLISECONDS, 50, FROM_UNIXTIME(100))", "TIMESTAMP 1970-01-01T00:00:00.150"],
    ["TIMESTAMPADD(MILLISECOND, -150, FROM_UNIXTIME(100))", "TIMESTAMP 1969-12-31T23:59:59.950"],
    ["TIMESTAMPSUB(DAYS, 2, FROM_UNIXTIME(0))", "TIMESTAMP 1969-12-30T00:00:00.000"],
    ["DATEADD(DAYS, -5, FROM_DAYS(1))", "DATE 1969-12-28"],
    // Towards 1970, as Java's conversion to days goes.
    ["DATEADD(HOURS, -25, FROM_DAYS(1))", "DATE 1970-01-01"],
    ["DATESUB(HOURS, 49, FROM_DAYS(1))", "DATE 1969-12-31"],
    ["DATEADD(HOURS, 23, FROM_DAYS(-3))", "DATE 1969-12-30"],
    ["DATESUB(MILLISECONDS, 1, FROM_DAYS(17532))", "DATE 2017-12-31"],
    [`TIMEADD(HOURS, 13, ${time})`, "TIME 01:00:00.123"],
    [`TIMESUB(HOURS, 13, ${time})`, "TIME 23:00:00.123"],
    [`TIMEADD(MILLISECONDS, -43200124, ${time})`, "TIME 23:59:59.999"],
    [`TIMEADD(DAYS, 2000000000, ${time})`, "TIME 11:47:16.977"],
    [`TIMESUB(DAYS, 2000000000, ${time})`, "TIME 12:12:43.268"],
    ["DATEADD(DAYS, N, FROM_DAYS(1))", "DATE null"],
    ["DAY + 1", "INTEGER 6"],
  ])("%s = %s", (sql, text) => {
    expect(shown(sql)).toBe(text);
  });

  test.each([
    [
      "DATEADD(DAY, 1, FROM_DAYS(1))",
      "Function 'dateadd' does not accept parameters (INTEGER, INTEGER, DATE).",
    ],
    ["LCASE(DAYS)", "Function 'lcase' does not accept parameters (INTERVALUNIT)."],
    ["COALESCE(DAYS, N)", "Function 'COALESCE' does not accept parameters (INTERVALUNIT, INTEGER)."],
    ["DAYS + 1", "Syntax Error"],
  ])("%s is refused", (sql, message) => {
    expect(() => shown(sql)).toThrow(message);
  });
});
