import { planQuery } from "../../../infra/servers/ksql/analysis/select.ts";
import { Catalog } from "../../../infra/servers/ksql/catalog/catalog.ts";
import { applyCommand } from "../../../infra/servers/ksql/commands/apply.ts";
import type { Command } from "../../../infra/servers/ksql/commands/command.ts";
import { insertedRow } from "../../../infra/servers/ksql/service/insert.ts";
import { checkQuestion, isQuestion } from "../../../infra/servers/ksql/service/questions.ts";
import { substituted } from "../../../infra/servers/ksql/service/variables.ts";
import type { Query } from "../../../infra/servers/ksql/sql/ast.ts";
import { parseStatements } from "../../../infra/servers/ksql/sql/statements.ts";
import type { Row } from "../../../infra/servers/ksql/values/value.ts";
import { isCoded } from "../../../schemas/errors.ts";
import { refusing, type Target } from "../target.ts";
import { repeated, texts } from "./texts.ts";

const SOURCES = [
  "CREATE STREAM S (K VARCHAR KEY, A VARCHAR, B INTEGER, C BIGINT, D DOUBLE, E DECIMAL(10,2), F BOOLEAN, T TIMESTAMP) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  "CREATE TABLE U (K VARCHAR PRIMARY KEY, A VARCHAR, B INTEGER) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);",
];
const command = (statement: string): Command => ({
  version: 1,
  id: "x",
  statement,
  properties: {},
  inferred: {},
});

function catalog(): Catalog {
  const made = new Catalog();
  for (const source of SOURCES) applyCommand(made, command(source), 0);
  return made;
}
const known = catalog();
const ROW: Row = ["key", "Clark/Lake 'x' (a+)", 7, 9n, 1.5, null, true, 1_700_000_000_000, 0n, 0, 0n];

/** As `POST /ksql` and `/query` try a request out. */
function tryOut(sql: string): void {
  const sandbox = known.copy();
  for (const statement of parseStatements(substituted(sql, { x: "1", name: "S" }))) {
    if (statement.kind === "create") {
      applyCommand(sandbox, { ...command(statement.text) }, 1);
      if (statement.query) evaluate(statement.query);
    } else if (statement.kind === "drop" || statement.kind === "terminate") {
      applyCommand(sandbox, command(statement.text), 1);
    } else if (statement.kind === "insert-values") insertedRow(statement, sandbox);
    else if (isQuestion(statement)) checkQuestion(statement, sandbox);
    else if (statement.kind === "select") evaluate(statement.query);
  }
}

/** As a query does with each row: an expression that fails gives NULL and is logged. */
function evaluate(query: Query): void {
  const plan = planQuery(query, known);
  for (const compiled of [plan.where, ...plan.columns.map((column) => column.compiled)]) {
    try {
      compiled?.evaluate(ROW);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
}

const select = (what: string, where = ""): string => `SELECT ${what} FROM S ${where} EMIT CHANGES;`;

export const ksql: Target = {
  name: "ksql",
  about: "SQL: parsed, analysed, evaluated on a row",
  maxBytes: 4 * 1024 * 1024,
  corpus: texts(
    "CREATE TABLE X WITH (KAFKA_TOPIC='x', PARTITIONS=1) AS SELECT A, COUNT(*) AS N, SUM(B) AS M FROM S WINDOW TUMBLING (SIZE 5 MINUTES, GRACE PERIOD 1 HOUR) WHERE B > 3 AND A LIKE '%ark%' GROUP BY A HAVING COUNT(*) > 1 EMIT CHANGES;",
    select('A, B + 1 * (C - 2) / 3 % 4, -D, UCASE(A), `K` AS "k"'),
    select("CASE WHEN B = 1 THEN 'one' WHEN B IN (2, 3, 4) THEN 'few' ELSE 'many' END"),
    select("CAST(A AS DECIMAL(10, 2)), CAST(D AS BIGINT), CAST('1e5' AS DOUBLE), CAST(E AS VARCHAR)"),
    select(
      "SUBSTRING(A, 2, 3), REPLACE(A, 'a', 'b'), LPAD(A, 10, 'x'), INSTR(A, 'a', 1, 2), CONCAT(A, '-', K)",
    ),
    select("REGEXP_EXTRACT('(a+)', A), REGEXP_REPLACE(A, '[aeiou]', '$0'), TRIM(A), INITCAP(A), LEN(A)"),
    select(
      "FORMAT_TIMESTAMP(T, 'yyyy-MM-dd''T''HH:mm:ss', 'America/Chicago'), PARSE_TIMESTAMP('2020-01-02', 'yyyy-MM-dd')",
    ),
    select("ROUND(D, 1), ABS(B), FLOOR(D), CEIL(D), POWER(D, 2), SQRT(D)"),
    select(
      "*",
      "WHERE A BETWEEN 'a' AND 'b' OR NOT (F IS NULL) AND B IS DISTINCT FROM 3 AND K NOT LIKE 'x!%' ESCAPE '!'",
    ),
    "INSERT INTO S (K, A, B, E, T) VALUES ('k', 'it''s', -3, 12.34, '2020-01-01T00:00:00');",
    "/* a comment */ SHOW STREAMS; -- another\nDESCRIBE S EXTENDED; EXPLAIN SELECT * FROM S EMIT CHANGES; SHOW PROPERTIES;",
    `DEFINE name = 'S'; SET 'auto.offset.reset' = 'earliest'; SELECT * FROM $\{name} EMIT CHANGES LIMIT 3;`,
    "DROP TABLE IF EXISTS U DELETE TOPIC; TERMINATE ALL; PRINT 's' FROM BEGINNING INTERVAL 2 LIMIT 3;",
    "SELECT K, A FROM U WHERE K = 'x' AND A > 'b';",
    "CREATE STREAM IF NOT EXISTS Y (A VARCHAR, B DECIMAL(4,2)) WITH (KAFKA_TOPIC='y', VALUE_FORMAT='AVRO', PARTITIONS=2, TIMESTAMP='A');",
  ),
  families: {
    "n openings of comments": (n) => Buffer.from("/* ".repeat(n)),
    "n columns": (n) => Buffer.from(select(repeated(n, (i) => `A AS C${i}`))),
    "n columns declared": (n) =>
      Buffer.from(
        `CREATE STREAM Z (${repeated(n, (i) => `C${i} VARCHAR`)}) WITH (KAFKA_TOPIC='z', VALUE_FORMAT='JSON', PARTITIONS=1);`,
      ),
    "n columns inserted": (n) =>
      Buffer.from(`INSERT INTO S (${repeated(n, (i) => `C${i}`)}) VALUES (${repeated(n, String)});`),
    "n statements": (n) =>
      Buffer.from(
        repeated(
          n,
          (i) => `CREATE STREAM Z${i} (A VARCHAR) WITH (KAFKA_TOPIC='z', VALUE_FORMAT='JSON', PARTITIONS=1);`,
          "\n",
        ),
      ),
    "n queries": (n) =>
      Buffer.from(repeated(n, (i) => `CREATE STREAM Z${i} AS SELECT A FROM S EMIT CHANGES;`, "\n")),
    "n terms": (n) => Buffer.from(select(repeated(n, String, " + "))),
    "n conditions": (n) => Buffer.from(select("A", `WHERE ${repeated(n, (i) => `B = ${i}`, " OR ")}`)),
    "n members of a list": (n) => Buffer.from(select("A", `WHERE B IN (${repeated(n, String)})`)),
    "n branches of a CASE": (n) =>
      Buffer.from(select(`CASE ${repeated(n, (i) => `WHEN B = ${i} THEN ${i}`, " ")} END`)),
    "n arguments": (n) => Buffer.from(select(`CONCAT(${repeated(n, () => "A")})`)),
    "a LIKE of n": (n) => Buffer.from(select(`'${"a".repeat(n)}' LIKE '${"%a".repeat(12)}b'`)),
    "a LIKE of n by n": (n) =>
      Buffer.from(select(`'${"a".repeat(2 * n)}' LIKE '%${"a".repeat(n / 2)}b${"a".repeat(n / 2)}%'`)),
    "a LIKE of n by n with _": (n) =>
      Buffer.from(select(`'${"a".repeat(2 * n)}' LIKE '%${"a_".repeat(n / 2)}b%'`)),
    "a regular expression that backtracks": (n) =>
      Buffer.from(select(`REGEXP_EXTRACT('(a+)+$', '${"a".repeat(Math.min(n, 28))}${"b".repeat(n)}')`)),
    "a regular expression of n": (n) =>
      Buffer.from(select(`REGEXP_EXTRACT('${"a?".repeat(30)}${"a".repeat(30)}', '${"ab".repeat(n)}')`)),
    "a replacement of n": (n) => Buffer.from(select(`REGEXP_REPLACE('${"a".repeat(n)}', 'a*$', 'x')`)),
    "INSTR of n by n": (n) =>
      Buffer.from(select(`INSTR('${"a".repeat(2 * n)}', '${"a".repeat(n / 2)}b${"a".repeat(n / 2)}')`)),
    "INSTR from the end": (n) =>
      Buffer.from(select(`INSTR('${"a".repeat(2 * n)}', '${"a".repeat(n)}b', -1)`)),
    "REPLACE of n by n": (n) =>
      Buffer.from(
        select(`REPLACE('${"a".repeat(2 * n)}', '${"a".repeat(n / 2)}b${"a".repeat(n / 2)}', 'x')`),
      ),
    "n blanks as a number": (n) => Buffer.from(select(`CAST('${" ".repeat(n)}x' AS DECIMAL(4,2))`)),
    "n digits as a number": (n) => Buffer.from(select(`CAST('${"9".repeat(n)}' AS DECIMAL(4,2))`)),
    "n digits as a literal": (n) => Buffer.from(select(`${"9".repeat(n)}.5`)),
    "a time of n letters by many fields of letters": (n) =>
      Buffer.from(select(`PARSE_TIMESTAMP('${"a".repeat(n)}!', '${"Ea".repeat(8)}')`)),
    "a time of n letters": (n) =>
      Buffer.from(select(`PARSE_TIMESTAMP('${"a".repeat(n)}', '${"E'x'MMM".repeat(20)}')`)),
    "n variables": (n) =>
      Buffer.from(
        `${repeated(n, (i) => `DEFINE v${i} = '${"x".repeat(20)}';`, "\n")} SHOW ${repeated(n, (i) => `\${v${i}}`)};`,
      ),
  },
  take: (input) =>
    refusing(
      () => tryOut(input.toString()),
      (error) => isCoded(error, "KSQL_STATEMENT_INVALID"),
    ),
};
