import { describe, expect, test } from "vitest";
import { parseStatements } from "../sql/statements.ts";
import { typeText } from "../sql/types.ts";
import type { Row } from "../values/value.ts";
import { valueText } from "../values/value.ts";
import { compile } from "./compile.ts";
import type { Compiled } from "./compiled.ts";
import type { Scope } from "./scope.ts";

const SCOPE: Scope = {
  source: "S",
  alias: "S",
  columns: [
    { name: "I", type: { base: "INTEGER" }, index: 0 },
    { name: "B", type: { base: "BIGINT" }, index: 1 },
    { name: "D", type: { base: "DOUBLE" }, index: 2 },
    { name: "T", type: { base: "STRING" }, index: 3 },
    { name: "N", type: { base: "STRING" }, index: 4 },
    { name: "ROWTIME", type: { base: "BIGINT" }, index: 5 },
    { name: "TS", type: { base: "TIMESTAMP" }, index: 6 },
    { name: "NI", type: { base: "INTEGER" }, index: 7 },
  ],
};
const ROW: Row = [7, 9_007_199_254_740_993n, 2.5, "Howard", null, 1_514_764_800_001n, 86_400_010, null];

function compiled(sql: string): Compiled {
  const [statement] = parseStatements(`SELECT ${sql} FROM S;`);
  const [item] = statement?.kind === "select" ? statement.query.items : [];
  if (item?.kind !== "expression") throw new Error(`no expression: ${sql}`);
  return compile(item.expression, SCOPE);
}

/** Type and value as text. */
function shown(sql: string): string {
  const { type, evaluate } = compiled(sql);
  const value = evaluate(ROW);
  return `${type ? typeText(type) : "NULL"} ${value === null || !type ? "null" : valueText(value, type)}`;
}

/** Each value is what Java gives: `BigDecimal.setScale`, HALF_UP above zero and HALF_DOWN below, or `Math.round`. */
describe("ROUND", () => {
  const digits = [0, -1, -2, -3, -5, 1, 2, 20];
  test.each([
    ["2.5e0", [3, 0, 0, 0, 0, 2.5, 2.5, 2.5]],
    ["-2.5e0", [-2, 0, 0, 0, 0, -2.5, -2.5, -2.5]],
    ["0.49999999999999994e0", [0, 0, 0, 0, 0, 0.5, 0.5, 0.49999999999999994]],
    ["-0.4e0", [0, 0, 0, 0, 0, -0.4, -0.4, -0.4]],
    ["1234.567e0", [1235, 1230, 1200, 1000, 0, 1234.6, 1234.57, 1234.567]],
    ["-150e0", [-150, -150, -100, 0, 0, -150, -150, -150]],
    ["-250e0", [-250, -250, -200, 0, 0, -250, -250, -250]],
    ["-0.125e0", [0, 0, 0, 0, 0, -0.1, -0.12, -0.125]],
    ["1.005e0", [1, 0, 0, 0, 0, 1, 1.01, 1.005]],
  ])("of the double %s", (number, rounded) => {
    expect(digits.map((d) => shown(`ROUND(${number}, ${d})`))).toEqual(
      rounded.map((value) => `DOUBLE ${Number.isInteger(value) ? `${value}.0` : value}`),
    );
  });
  test.each([
    ["12.50", ["13.00", "10.00", "0.00", "0.00", "0.00", "12.50", "12.50", "12.50"]],
    ["-12.50", ["-12.00", "-10.00", "0.00", "0.00", "0.00", "-12.50", "-12.50", "-12.50"]],
    ["-12.51", ["-13.00", "-10.00", "0.00", "0.00", "0.00", "-12.50", "-12.51", "-12.51"]],
    [
      "-1250.00",
      ["-1250.00", "-1250.00", "-1200.00", "-1000.00", "0.00", "-1250.00", "-1250.00", "-1250.00"],
    ],
    ["-0.05", ["0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "-0.05", "-0.05"]],
    ["99.99", ["100.00", "100.00", "100.00", "0.00", "0.00", "100.00", "99.99", "99.99"]],
  ])("of the decimal %s", (number, rounded) => {
    expect(digits.map((d) => shown(`ROUND(${number}, ${d})`).replace(/^DECIMAL\(\d, 2\) /, ""))).toEqual(
      rounded,
    );
  });
  test.each([
    ["ROUND(-2.5e0)", "BIGINT -2"],
    ["ROUND(0.49999999999999994e0)", "BIGINT 0"],
    ["ROUND(1e21)", "BIGINT 9223372036854775807"],
    ["ROUND(-12.50)", "DECIMAL(2, 0) -12"],
    ["ROUND(12.50)", "DECIMAL(2, 0) 13"],
    ["ROUND(I)", "BIGINT 7"],
    ["ROUND(D, 2147483647)", "DOUBLE 2.5"],
    ["ROUND(D, -2147483648)", "DOUBLE 0.0"],
  ])("%s = %s", (sql, text) => {
    expect(shown(sql)).toBe(text);
  });
  test("of NaN to digits has no value", () => {
    expect(() => shown("ROUND(CAST('NaN' AS DOUBLE), 1)")).toThrow();
  });
});

describe("arithmetic", () => {
  test.each([
    ["I / 2", "INTEGER 3"],
    ["-I / 2", "INTEGER -3"],
    ["I % 4", "INTEGER 3"],
    ["2147483647 + 1", "INTEGER -2147483648"],
    ["B + 1", "BIGINT 9007199254740994"],
    ["9223372036854775807 + 1", "BIGINT -9223372036854775808"],
    ["I / 2.0", "DECIMAL(17, 6) 3.500000"],
    ["5.0", "DECIMAL(2, 1) 5.0"],
    ["1.5 + 1.25", "DECIMAL(4, 2) 2.75"],
    ["1.5 * 2", "DECIMAL(13, 1) 3.0"],
    ["D * 2", "DOUBLE 5.0"],
    ["D + 1.5", "DOUBLE 4.0"],
    ["T + '!'", "STRING Howard!"],
    ["I + NI", "INTEGER null"],
    ["1e3", "DOUBLE 1000.0"],
  ])("%s = %s", (sql, text) => {
    expect(shown(sql)).toBe(text);
  });

  test("a division of integers by zero has no result", () => {
    expect(() => compiled("I / 0").evaluate(ROW)).toThrow();
    expect(shown("D / 0")).toBe("DOUBLE Infinity");
  });
});

describe("conditions", () => {
  test.each([
    ["I > 3 AND T = 'Howard'", true],
    ["N = 'x'", false],
    ["N <> 'x'", false],
    ["NOT (N = 'x')", true],
    ["N IS NULL", true],
    ["N IS DISTINCT FROM 'x'", true],
    ["N IS NOT DISTINCT FROM NULL", true],
    ["I = 7.0", true],
    ["B > I", true],
    ["I BETWEEN 7 AND 8", true],
    ["I NOT BETWEEN 7 AND 8", false],
    ["N BETWEEN 'a' AND 'z'", false],
    ["I IN (1, '7')", true],
    ["I NOT IN (1, 2)", true],
    ["T LIKE 'How%'", true],
    ["T LIKE 'h%'", false],
    ["T LIKE '_oward'", true],
    ["'100%' LIKE '100!%' ESCAPE '!'", true],
    ["'100x' LIKE '100!%' ESCAPE '!'", false],
    ["ROWTIME > '2018-01-01T00:00:00'", true],
    ["ROWTIME BETWEEN '2018' AND '2019'", true],
    ["TS = '1970-01-02T00:00:00.010'", true],
    ["CASE WHEN I > 5 THEN true ELSE false END", true],
  ])("%s is %s", (sql, expected) => {
    expect(compiled(sql).evaluate(ROW)).toBe(expected);
  });
});

describe("functions and casts", () => {
  test.each([
    ["SUBSTRING(T, 2, 3)", "STRING owa"],
    ["SUBSTRING(T, -3)", "STRING ard"],
    ["CONCAT('a', N, T)", "STRING aHoward"],
    ["LEN(T)", "INTEGER 6"],
    ["ABS(-I)", "INTEGER 7"],
    ["ROUND(D)", "BIGINT 3"],
    ["COALESCE(N, T)", "STRING Howard"],
    ["IFNULL(NI, 5)", "INTEGER 5"],
    ["CAST(D AS STRING)", "STRING 2.5"],
    ["CAST(I AS DOUBLE)", "DOUBLE 7.0"],
    ["CAST('12' AS BIGINT)", "BIGINT 12"],
    ["CAST(D AS DECIMAL(4, 2))", "DECIMAL(4, 2) 2.50"],
    ["CAST(TS AS STRING)", "STRING 1970-01-02T00:00:00.010"],
    ["CAST(TS AS DATE)", "DATE 1970-01-02"],
    [
      "TIMESTAMPTOSTRING(1526075913000, 'yyyy-MM-dd HH:mm:ss zzz', 'America/Los_Angeles')",
      "STRING 2018-05-11 14:58:33 PDT",
    ],
    ["STRINGTOTIMESTAMP('2018-05-11 21:58', 'yyyy-MM-dd HH:mm')", "BIGINT 1526075880000"],
    ["FORMAT_TIMESTAMP(TS, 'EEE d MMM')", "STRING Fri 2 Jan"],
  ])("%s = %s", (sql, text) => {
    expect(shown(sql)).toBe(text);
  });
});

describe("type errors read as ksqlDB's", () => {
  test.each([
    ["I >= 'not an int'", "Cannot compare I (INTEGER) to 'not an int' (STRING) with GREATER_THAN_OR_EQUAL."],
    ["I IN (10, 'x')", 'Invalid Predicate: invalid input syntax for type INTEGER: "x".'],
    ["B IN (10, true)", "Invalid Predicate: operator does not exist: BIGINT = BOOLEAN (true)"],
    [
      "T BETWEEN 10 AND 'x'",
      "Invalid expression: Cannot compare T (STRING) to 10 (INTEGER) with GREATER_THAN_OR_EQUAL.",
    ],
    ["I LIKE 'x'", "The column type for Like condition must be VARCHAR. The column type is INTEGER"],
    [
      "5.0 / NULL",
      "Error processing expression: (5.0 / null). Arithmetic on types DECIMAL(2, 1) and null are not supported.",
    ],
    ["CASE WHEN true THEN null ELSE null END", "Invalid Case expression. All case branches have NULL type"],
    ["NOPE(I)", "Can't find any functions with the name 'NOPE'"],
    ["LEN(I)", "Function 'len' does not accept parameters (INTEGER)."],
    ["CAST(true AS INT)", "Cast of BOOLEAN to INTEGER is not supported"],
  ])("%s", (sql, message) => {
    expect(() => compiled(sql)).toThrow(message);
  });
});
