import { describe, expect, test } from "vitest";
import { formatExpression } from "./format.ts";
import { parseStatements } from "./statements.ts";

function only(sql: string) {
  const [statement, ...rest] = parseStatements(sql);
  expect(rest).toEqual([]);
  if (!statement) throw new Error("no statement");
  return statement;
}

function selected(expression: string): string {
  const statement = only(`SELECT ${expression} FROM S;`);
  const [item] = statement.kind === "select" ? statement.query.items : [];
  return item?.kind === "expression" ? formatExpression(item.expression) : "";
}

describe("statements", () => {
  test("a source over a topic: columns, keys, properties", () => {
    expect(
      only("create stream s (k varchar key, `Mixed` decimal(4, 2)) with (kafka_topic='t', partitions=2);"),
    ).toMatchObject({
      kind: "create",
      type: "STREAM",
      name: "S",
      columns: [
        { name: "K", type: { base: "STRING" }, key: true },
        { name: "Mixed", type: { base: "DECIMAL", precision: 4, scale: 2 }, key: false },
      ],
      properties: { KAFKA_TOPIC: "t", PARTITIONS: 2 },
    });
  });

  test("a table from a windowed grouping", () => {
    const statement = only(
      "CREATE TABLE C AS SELECT A, COUNT(*) N FROM S WINDOW HOPPING (SIZE 1 HOUR, ADVANCE BY 10 MINUTES, GRACE PERIOD 5 SECONDS) WHERE A > 1 GROUP BY A HAVING COUNT(*) > 2 EMIT CHANGES;",
    );
    expect(statement).toMatchObject({
      query: {
        window: { type: "HOPPING", size: 3_600_000, advance: 600_000, grace: 5000 },
        from: { name: "S", alias: "S" },
        emit: "CHANGES",
      },
    });
  });

  test("each statement keeps the text it was written as", () => {
    const texts = parseStatements("-- first\nSHOW STREAMS;\n  select 1 from s ;").map((s) => s.text);
    expect(texts).toEqual(["SHOW STREAMS;", "select 1 from s ;"]);
  });

  test("what only ksqlDB runs is named", () => {
    for (const [sql, what] of [
      ["SELECT * FROM A JOIN B ON A.X = B.X;", "JOIN"],
      ["CREATE TABLE T AS SELECT COUNT(*) FROM S WINDOW SESSION (5 SECONDS) GROUP BY A;", "WINDOW SESSION"],
      ["CREATE STREAM S (A ARRAY<INT>) WITH (KAFKA_TOPIC='t');", "ARRAY"],
      ["INSERT INTO A SELECT * FROM B;", "INSERT INTO … SELECT"],
    ] as const) {
      expect(() => parseStatements(sql)).toThrow(
        `${what} is not supported by the built-in server; ksqlDB runs it`,
      );
    }
  });
});

describe("errors say where", () => {
  test.each([
    ["CREATE STREAMX;", /^line 1:8: Syntax Error/],
    ["SHOW STREAMS;\nSELECT FROM S;", /^line 2:8: Syntax Error/],
    ["SELECT A FROM S GROUP BY A AND B;", /^line 1:28: Syntax Error/],
    ["SELECT 'open FROM S;", /^line 1:8: Syntax Error\ntoken recognition error/],
    ["SELECT\n 9223372036854775808 FROM S;", /line 2:2: Invalid numeric literal: 9223372036854775808$/],
    ["SELECT -1.7976931348623160E308 FROM S;", /Number overflows DOUBLE: -1.7976931348623160E308/],
    ["SELECT A FROM S", undefined],
  ])("%s", (sql, error) => {
    if (error) expect(() => parseStatements(sql)).toThrow(error);
    else expect(parseStatements(sql)).toHaveLength(1);
  });
});

describe("precedence", () => {
  test.each([
    ["1 + 2 * 3", "(1 + (2 * 3))"],
    ["2 * 3 - 4", "((2 * 3) - 4)"],
    ["6 % 4 / 2 * 6", "(((6 % 4) / 2) * 6)"],
    ["A OR B AND NOT C", "(A OR (B AND (NOT C)))"],
    ["A = 1 AND B LIKE 'x%' OR C", "(((A = 1) AND (B LIKE 'x%')) OR C)"],
    ["A BETWEEN 1 AND 2 AND B", "((A BETWEEN 1 AND 2) AND B)"],
    ["A NOT IN (1, 2)", "(A NOT IN (1, 2))"],
    ["A IS NOT DISTINCT FROM B + 1", "(A IS NOT DISTINCT FROM (B + 1))"],
    ["-A + -1", "(-A + -1)"],
    ["CASE WHEN A THEN 'it''s' ELSE null END", "(CASE WHEN A THEN 'it''s' ELSE null END)"],
    ["CAST(A AS VARCHAR)", "CAST(A AS STRING)"],
    ["s.a || `b c`", "CONCAT(S.A, `b c`)"],
  ])("%s", (sql, text) => {
    expect(selected(sql)).toBe(text);
  });
});

test.each<[string, string, RegExp]>([
  [
    "a comment without an end",
    "SELECT 1 /* to the end",
    /line 1:10: Syntax Error\ntoken recognition error at: '\/\* to the '/,
  ],
  ["more text than a script has", "-".repeat(1024 * 1024 + 1), /1048577 characters/],
  [
    "parentheses in each other",
    `SELECT ${"(".repeat(300)}1${")".repeat(300)} FROM S;`,
    /nested deeper than 200/,
  ],
  ["signs in a row", `SELECT ${"- ".repeat(5000)}1 FROM S;`, /nested deeper than 200/],
  ["NOT in a row", `SELECT ${"NOT ".repeat(5000)}F FROM S;`, /nested deeper than 200/],
  ["terms in a row", `SELECT ${"1 + ".repeat(5000)}1 FROM S;`, /more than 500 terms/],
  ["conditions in a row", `SELECT * FROM S WHERE ${"F OR ".repeat(5000)}F;`, /more than 500 terms/],
  ["digits of an integer", `SELECT ${"9".repeat(5000)} FROM S;`, /Invalid numeric literal/],
  [
    "digits of a DECIMAL",
    "SELECT CAST(A AS DECIMAL(2000000000, 1999999999)) FROM S;",
    /precision must be <= 1000/,
  ],
  [
    "windows of one record",
    "SELECT COUNT(*) FROM S WINDOW HOPPING (SIZE 1 DAY, ADVANCE BY 1 MILLISECOND) GROUP BY A EMIT CHANGES;",
    /86400000 windows/,
  ],
  [
    "a window without end",
    `SELECT COUNT(*) FROM S WINDOW TUMBLING (SIZE ${"9".repeat(30)} DAYS) GROUP BY A;`,
    /too long/,
  ],
])("bounded: %s", (_, sql, message) => {
  expect(() => parseStatements(sql)).toThrow(message);
});

test("as many terms as people write are taken", () => {
  const terms = Array.from({ length: 400 }, (_, i) => `B = ${i}`).join(" OR ");
  expect(parseStatements(`SELECT * FROM S WHERE ${terms};`)).toHaveLength(1);
});

describe("names", () => {
  test.each(["SIZE", "TOPIC", "ALL", "DAYS", "QUERY", "TO"])("%s needs quotes, as in ksqlDB", (word) => {
    expect(() => parseStatements(`SELECT ${word} FROM S;`)).toThrow("Syntax Error");
    expect(() => parseStatements(`SELECT A AS ${word} FROM S;`)).toThrow("Syntax Error");
    expect(selected(`\`${word}\``)).toBe(`\`${word}\``);
  });

  test.each(["FOR", "USING", "ESCAPE", "DAY", "KEY"])("%s needs none", (word) => {
    expect(selected(word)).toBe(word);
  });

  test("a window may have one, which has no use", () => {
    const [plain, named] = ["", "W"].map((name) => {
      const [parsed] = parseStatements(`SELECT A FROM S WINDOW ${name}\nTUMBLING (SIZE 1 DAY);`);
      return parsed?.kind === "select" ? parsed.query : undefined;
    });
    expect(named).toEqual({ ...plain, from: expect.anything() });
    expect(named?.window).toMatchObject({ type: "TUMBLING", size: 86_400_000 });
  });
});

test.each(["F(A)[1]", "(A)[1]", "F(A)->B", "A['x']", "S.A->B"])("%s is access to a nested type", (sql) => {
  expect(() => parseStatements(`SELECT ${sql} FROM S;`)).toThrow(
    "access to a nested type is not supported by the built-in server; ksqlDB runs it",
  );
});
