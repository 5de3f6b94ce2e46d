import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EVERY_CHANGE, openHarness } from "../testing/harness.ts";

/**
 * What ksqlDB says of a statement that it does not take: its clients and its users' habits know the texts, so each is
 * an interface. Source: the sources of ksqlDB 8.4 (`AggregateAnalyzer`, `Analyzer`, `QueryFilterNode`, …).
 */
let h: Awaited<ReturnType<typeof openHarness>>;

beforeAll(async () => {
  h = await openHarness();
  await h.topics("s", "t", "m");
  await h.ksql(
    `CREATE STREAM S (ID INT KEY, NAME STRING, N INT, D DECIMAL(4,2), B BOOLEAN) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
     CREATE TABLE T (ID INT PRIMARY KEY, NAME STRING, N INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
     CREATE STREAM "small" (ID INT KEY, N INT) WITH (KAFKA_TOPIC='m', VALUE_FORMAT='JSON');
     CREATE STREAM RAW (ID INT KEY, N INT) WITH (KAFKA_TOPIC='m', VALUE_FORMAT='KAFKA');
     CREATE TABLE AGG AS SELECT ID, COUNT(*) AS N FROM S GROUP BY ID;
     CREATE TABLE TWO WITH (KEY_FORMAT='JSON') AS SELECT ID, NAME, COUNT(*) AS N FROM S GROUP BY ID, NAME;`,
  );
});
afterAll(() => h.close());

const refused = async (sql: string, text: string): Promise<void> => {
  await expect(h.ksql(sql)).rejects.toThrow(text);
};

describe("syntax", () => {
  test.each([
    [
      "SELET * FROM S;",
      "line 1:1: Syntax Error\nUnknown statement 'SELET'\nDid you mean 'SELECT'?\nStatement: SELET * FROM S;",
    ],
    [
      "SHOW STREAMS;\nSELECT FROM S;",
      `line 2:8: Syntax Error\n"FROM" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as 'FROM' \nStatement: SELECT FROM S;`,
    ],
    [
      "CREATE STREAM X (K STRING (KEY)) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
      "line 1:28: Syntax Error\nExpecting {'STRING', INTEGER_VALUE}\nStatement: CREATE STREAM X",
    ],
    ["CREATE STREAM X (K VARCHAR(STRING) (KEY)) WITH (KAFKA_TOPIC='s');", "Expecting {',', ')'}"],
    ["SELECT CAST(N AS NULL) FROM S;", "Syntax error at or near 'NULL' at line 1:18"],
    ["CREATE TABLE X AS SELECT COUNT(*) FROM S GROUP BY N, (NAME, B);", "missing ')' at ','"],
    [
      "SELECT 1.7976931348623159E308 FROM S;",
      "Failed to prepare statement: line 1:8: Number overflows DOUBLE: 1.7976931348623159E308",
    ],
    ["SELECT * FROM S LIMIT 2.5;", "Failed to prepare statement: Value must be integer for command: LIMIT"],
  ])("%s", refused);
});

describe("sources", () => {
  test.each([
    [
      "CREATE STREAM X (N INT) WITH (KAFKA_TOPIC='s');",
      "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    ],
    [
      "CREATE STREAM X (N INT) WITH (KAFKA_TOPIC='s', FORMAT='JSON', KEY_FORMAT='JSON');",
      "as 'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.",
    ],
    [
      "CREATE STREAM X (ROWTIME INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');",
      "'ROWTIME' is a reserved column name. You cannot use it as a name for a column.",
    ],
    [
      "CREATE STREAM X (`1st` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO');",
      "Schema is not compatible with Avro: Illegal initial character: 1st",
    ],
    [
      "CREATE STREAM X (`a b` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO');",
      "Schema is not compatible with Avro: Illegal character in: a b",
    ],
    [
      "CREATE STREAM X (N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', TIMESTAMP='N');",
      "Timestamp column, `N`, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified.",
    ],
    [
      "CREATE TABLE X (ID INT PRIMARY KEY, N INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', WINDOW_TYPE='HOPPING', WINDOW_SIZE='30 bobs');",
      "Configuration WINDOW_SIZE is invalid: Invalid duration: '30 bobs'. Unknown time unit: 'BOBS'",
    ],
    ["DROP TABLE S;", "Incompatible data source type is stream, but statement was DROP table"],
    [
      "DROP STREAM SMALL;",
      'Stream SMALL does not exist.\nDid you mean "small"? Hint: wrap the source name in double quotes to make it case-sensitive.',
    ],
    [
      "DESCRIBE `s`;",
      "Could not find STREAM/TABLE 's' in the Metastore\nDid you mean S? Hint: try removing double quotes from the source name.",
    ],
    [
      "INSERT INTO SMALL VALUES (1, 2);",
      'Cannot insert values into an unknown stream/table: `SMALL`\nDid you mean "small"?',
    ],
    ["INSERT INTO S (ID, ROWOFFSET) VALUES (1, 2);", "Inserting into column `ROWOFFSET` is not allowed."],
    [
      "SET 'ksql.timestamp.throw.on.invalid'='true';",
      "the setting timestamp.throw.on.invalid=true is not supported by the built-in server; ksqlDB runs it",
    ],
  ])("%s", refused);
});

describe("expressions", () => {
  test.each([
    [
      "(true + 1.5) > 1",
      "Error in WHERE expression: Error processing expression: (true + 1.5). Unsupported arithmetic types. BOOLEAN DECIMAL\nStatement: ((true + 1.5) > 1)",
    ],
    [
      "N = NULL",
      "Error in WHERE expression: Comparison with NULL not supported: INTEGER = NULL\nUse 'IS NULL' or 'IS NOT NULL' instead.\nStatement: (N = null)",
    ],
    ["NULL <> NULL", "Comparison with NULL not supported: NULL <> NULL"],
    [
      "N IN (1, true)",
      "Invalid Predicate: operator does not exist: INTEGER = BOOLEAN (true)\nHint: You might need to add explicit type casts.",
    ],
    ["D IN (1.234, NAME)", "Invalid Predicate: operator does not exist: DECIMAL(5, 3) = STRING (NAME)"],
    ["N IN (1, 'ten')", 'Invalid Predicate: invalid input syntax for type INTEGER: "ten".'],
    [
      "GREATEST(N, NAME) > 1",
      "Function 'greatest' does not accept parameters (INTEGER, STRING).\nValid alternatives are:\n",
    ],
    [
      "GREATEST(N, 3000000000) > 1",
      "Function 'greatest' cannot be resolved due to ambiguous method parameters (INTEGER, BIGINT).",
    ],
    ["NOPE(N) > 1", "Can't find any functions with the name 'NOPE'"],
  ])("WHERE %s", async (where, text) => {
    await refused(`CREATE STREAM X AS SELECT * FROM S WHERE ${where};`, text);
  });
  test("a column that is NULL", async () => {
    await refused(
      "CREATE STREAM X AS SELECT ID, NULL AS C FROM S;",
      "Can't infer a type of null. Please explicitly cast it to a required type, e.g. CAST(null AS VARCHAR).",
    );
  });
});

describe("projections and groups", () => {
  test.each([
    [
      "CREATE STREAM X AS SELECT ID, ROWTIME FROM S;",
      "Reserved column name in select: `ROWTIME`. Please remove or alias the column.",
    ],
    [
      "CREATE STREAM X AS SELECT ID, N AS ROWTIME FROM S;",
      "`ROWTIME` is a reserved column name. You cannot use it as an alias for a column.",
    ],
    [
      "CREATE STREAM X AS SELECT ID, N, B AS N FROM S;",
      "Duplicate value columns found in schema: `N` BOOLEAN",
    ],
    [
      "CREATE STREAM X AS SELECT N FROM S;",
      "Key missing from projection (ie, SELECT). \nThe query used to build `X` must include the key column ID in its projection (eg, SELECT ID...).",
    ],
    [
      "CREATE STREAM X AS SELECT ID AS B1, ID AS A1, N FROM S;",
      "The projection contains a key column (`ID`) more than once, aliased as: A1 and B1.\nEach key column must only be in the projection once.",
    ],
    [
      "CREATE STREAM X WITH (TIMESTAMP='NOPE') AS SELECT N FROM S;",
      "The TIMESTAMP column set in the WITH clause does not exist in the schema: 'NOPE'",
    ],
    [
      "CREATE TABLE X AS SELECT COUNT(*), SUM(N) FROM S;",
      "CREATE TABLE AS SELECT statement does not support aggregate function [COUNT(ROWTIME), SUM(N)] without a GROUP BY clause.",
    ],
    [
      "CREATE TABLE X AS SELECT N, COUNT(*) FROM S GROUP BY N, NAME;",
      "must include the grouping expression NAME in its projection (eg, SELECT NAME...).",
    ],
    [
      "CREATE TABLE X AS SELECT N A, N C, COUNT(*) FROM S GROUP BY N;",
      "The projection contains a key column more than once: `A` and `C`.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, N * COUNT(*) FROM S GROUP BY NAME;",
      "Non-aggregate SELECT expression(s) not part of GROUP BY: (N * COUNT(*))\nEither add the column(s) to the GROUP BY or remove them from the SELECT.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, COUNT(*) FROM S GROUP BY NAME HAVING N > 1;",
      "Non-aggregate HAVING expression not part of GROUP BY: N\nConsider switching the HAVING clause to a WHERE clause before the GROUP BY.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, SUM(N) FROM S GROUP BY NAME HAVING SUM(N) > '1';",
      "Error in HAVING expression: Cannot compare SUM(N) (INTEGER) to '1' (STRING) with GREATER_THAN.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, SUM(COUNT(*)) FROM S GROUP BY NAME;",
      "Aggregate functions can not be nested: SUM(COUNT())",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, NOPE(N) FROM S GROUP BY NAME;",
      "Can't find any functions with the name 'NOPE'",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, N FROM S GROUP BY NAME, N;",
      "GROUP BY requires aggregate functions in either the SELECT or HAVING clause.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, MIN(N), MAX(N) FROM T GROUP BY NAME;",
      "The aggregation functions MIN and MAX cannot be applied to a table source, only to a stream source.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, COUNT(*) FROM T WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY NAME;",
      "Windowing not supported for table aggregations.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, MIN(WINDOWEND) FROM S WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY NAME;",
      "Window bounds column WINDOWEND can only be used in the SELECT clause of windowed aggregations and can not be passed to aggregate functions.",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, EARLIEST_BY_OFFSET(N, 2) FROM S GROUP BY NAME;",
      "EARLIEST_BY_OFFSET of several values is not supported by the built-in server; ksqlDB runs it",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, LATEST_BY_OFFSET(N, B) FROM S GROUP BY NAME;",
      "Parameter 2 passed to function LATEST_BY_OFFSET must be a literal constant, but was expression: 'B'",
    ],
    [
      "CREATE TABLE X AS SELECT N, COUNT(*) FROM RAW GROUP BY N;",
      "Source(s) RAW are using the 'KAFKA' value format. This format does not yet support GROUP BY.",
    ],
    [
      "CREATE TABLE X WITH (KEY_FORMAT='KAFKA') AS SELECT N, NAME, COUNT(*) C FROM S GROUP BY N, NAME;",
      "Statement: CREATE TABLE X WITH (KEY_FORMAT='KAFKA') AS SELECT\n  S.N N,\n",
    ],
  ])("%s", refused);
});

describe("pull queries", () => {
  const NO_SCAN = { ...EVERY_CHANGE, "ksql.query.pull.table.scan.enabled": "false" };
  const HELP =
    " See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.";
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ["SELECT COUNT(*) FROM AGG;", EVERY_CHANGE, `Pull queries don't support GROUP BY clauses.${HELP}`],
    [
      "SELECT ID FROM AGG LIMIT -1;",
      EVERY_CHANGE,
      `Pull queries don't support negative integers in the LIMIT clause.${HELP}`,
    ],
    ["SELECT N, N FROM T;", EVERY_CHANGE, "Duplicate value columns found in schema: `N` INTEGER"],
    [
      "SELECT * FROM T;",
      EVERY_CHANGE,
      `The \`T\` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_T AS SELECT * FROM T'.${HELP}`,
    ],
    [
      "SELECT * FROM AGG WHERE ID = 'x';",
      EVERY_CHANGE,
      "Cannot compare ID (INTEGER) to 'x' (STRING) with EQUAL.",
    ],
    [
      "SELECT * FROM AGG WHERE ID IN (1, NULL);",
      EVERY_CHANGE,
      "Primary key columns can not be NULL: (ID = null)",
    ],
    [
      "SELECT * FROM AGG WHERE ID IN ('1');",
      EVERY_CHANGE,
      "'1' can not be converted to the type of the key column: ID INTEGER KEY",
    ],
    [
      "SELECT * FROM AGG LIMIT 1;",
      { "ksql.query.pull.limit.clause.enabled": "false" },
      `You can enable them by setting ksql.query.pull.limit.clause.enabled=true.${HELP}`,
    ],
    ["SELECT * FROM AGG;", NO_SCAN, `Missing WHERE clause. ${HELP}`],
    [
      "SELECT * FROM AGG WHERE N = 1;",
      NO_SCAN,
      `WHERE clause missing key column for disjunct: (N = 1). ${HELP}`,
    ],
    [
      "SELECT * FROM AGG WHERE ID = 1 OR N = 1;",
      NO_SCAN,
      "WHERE clause missing key column for disjunct: (N = 1)",
    ],
    [
      "SELECT * FROM AGG WHERE ID <> 1;",
      NO_SCAN,
      "Bound on key columns '[`ID` INTEGER KEY]' must currently be '='. ",
    ],
    ["SELECT * FROM AGG WHERE ID > 1;", NO_SCAN, "Query requires table scan to be enabled."],
    [
      "SELECT * FROM AGG WHERE ID = N;",
      NO_SCAN,
      "A comparison must be between a key column and a resolvable expression.",
    ],
    ["SELECT * FROM AGG WHERE ABS(ID) = 1;", NO_SCAN, "A comparison must directly reference a key column."],
    [
      "SELECT * FROM AGG WHERE ID > 1 AND ID < 3;",
      NO_SCAN,
      "A comparison condition on the key column cannot be combined with other comparisons such as an IN predicate.",
    ],
    [
      "SELECT * FROM TWO WHERE ID = 1;",
      NO_SCAN,
      "Multi-column sources must specify every key in the WHERE clause. Specified: [`ID`] Expected: [`ID` INTEGER KEY, `NAME` STRING KEY].",
    ],
  ])("%s %j", async (sql, properties, text) => {
    await expect(h.rows(sql, properties)).rejects.toThrow(text);
  });
  test("whole keys are looked up also where tables may not be read", async () => {
    expect(await h.rows("SELECT * FROM AGG WHERE ID IN (1, 2) AND N > 0;", NO_SCAN)).toHaveLength(1);
    expect(await h.rows("SELECT * FROM TWO WHERE ID = 1 AND NAME = 'a';", NO_SCAN)).toHaveLength(1);
  });
});
