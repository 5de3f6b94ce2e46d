import { beforeAll, describe, expect, test } from "vitest";
import { COMMIT_GAP_MS } from "../engine/running-query.ts";
import { openHarness } from "../testing/harness.ts";

type Harness = Awaited<ReturnType<typeof openHarness>>;
let h: Harness;

beforeAll(async () => {
  h = await openHarness();
  await h.topics("t", "u");
  await h.ksql(`CREATE STREAM S (ID INT KEY, NAME VARCHAR, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
    CREATE STREAM M (A INT KEY, B INT KEY, V INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON');
    CREATE TABLE T (ID INT PRIMARY KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON');`);
});

describe("refusals", () => {
  test.each([
    [
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='none', VALUE_FORMAT='JSON');",
      "Topic 'none' does not exist.",
    ],
    ["CREATE TABLE X (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');", "Tables require a PRIMARY KEY."],
    [
      "CREATE STREAM X (K BOOLEAN KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` BOOLEAN KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'BOOLEAN'",
    ],
    [
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='DELIMITED');",
      "the format DELIMITED is not supported by the built-in server; ksqlDB runs it",
    ],
    [
      "CREATE STREAM X (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', NOPE=1);",
      "Invalid config variable(s) in the WITH clause: NOPE",
    ],
    [
      "CREATE STREAM S (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
      "Cannot add stream 'S': A stream with the same name already exists",
    ],
    [
      "CREATE STREAM X AS SELECT NAME FROM S;",
      "must include the key column ID in its projection (eg, SELECT ID...).",
    ],
    [
      "CREATE STREAM X AS SELECT A, V FROM M;",
      "must include the key columns A and B in its projection (eg, SELECT A, B...).",
    ],
    [
      "CREATE STREAM X AS SELECT ID, ID AS ID2, NAME FROM S;",
      "The projection contains a key column (`ID`) more than once, aliased as: ID and ID2.",
    ],
    ["CREATE STREAM X AS SELECT ID FROM S;", "The projection contains no value columns."],
    ["CREATE STREAM X AS SELECT ID, V AS ROWTIME FROM S;", "`ROWTIME` is a reserved column name."],
    ["CREATE STREAM X AS SELECT ID, I.BOB FROM S I;", "SELECT column 'I.BOB' cannot be resolved."],
    ["CREATE STREAM X AS SELECT * FROM NOPE;", "NOPE does not exist."],
    [
      "CREATE TABLE X AS SELECT NAME, COUNT_DISTINCT(V) FROM S GROUP BY NAME;",
      "the aggregate COUNT_DISTINCT is not supported by the built-in server; ksqlDB runs it",
    ],
    [
      "CREATE TABLE X AS SELECT * FROM S;",
      "Your SELECT query produces a STREAM. Please use CREATE STREAM AS SELECT statement instead.",
    ],
    [
      "CREATE TABLE X AS SELECT COUNT(*) AS NAME FROM S GROUP BY NAME;",
      "must include the grouping expression NAME in its projection (eg, SELECT NAME...).",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, V, COUNT(*) FROM S GROUP BY NAME;",
      "Non-aggregate SELECT expression(s) not part of GROUP BY: V",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, SUM(COUNT(*)) FROM S GROUP BY NAME;",
      "Aggregate functions can not be nested: SUM(COUNT())",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, MAX(ID) FROM T GROUP BY NAME;",
      "MAX cannot be applied to a table source",
    ],
    [
      "CREATE TABLE X AS SELECT NAME, V, COUNT(*) FROM S GROUP BY NAME, V;",
      "The 'KAFKA' format only supports a single field. Got: [`NAME` STRING KEY, `V` INTEGER KEY]",
    ],
    [
      "CREATE STREAM X AS SELECT * FROM S WINDOW TUMBLING (SIZE 1 SECOND);",
      "WINDOW clause requires a GROUP BY clause.",
    ],
    [
      "CREATE STREAM X AS SELECT * FROM S WHERE V = 'x';",
      "Error in WHERE expression: Cannot compare V (INTEGER) to 'x' (STRING) with EQUAL.",
    ],
    ["DROP STREAM NOPE;", "Stream NOPE does not exist."],
    ["DROP TABLE S;", "Incompatible data source type is stream, but statement was DROP table"],
    ["TERMINATE CSAS_NOPE_1;", "Unknown queryId: CSAS_NOPE_1"],
    ["DESCRIBE NOPE;", "Could not find STREAM/TABLE 'NOPE' in the Metastore"],
    ["SET 'no.such'='1';", "Not recognizable as ksql, streams, consumer, or producer property: 'no.such'"],
    ["SELECT * FROM S;", "The following statement types should be issued to the websocket endpoint '/query'"],
    ["INSERT INTO NOPE VALUES (1);", "Cannot insert values into an unknown stream/table: `NOPE`"],
    ["INSERT INTO S (ID, NAME) VALUES (1 / 0, 'a');", "The value for ID cannot be computed"],
    ["INSERT INTO S (ID, NAME) VALUES (12.34 % 00, 'a');", "The value for ID cannot be computed"],
    ["INSERT INTO S (ID, NAME) VALUES (1, 2);", "Expected type STRING for field `NAME` but got 2(INTEGER)"],
  ])("%s", async (sql, message) => {
    await expect(h.ksql(sql)).rejects.toThrow(message);
  });

  test.each([
    ["SELECT * FROM T;", "The `T` table isn't queryable."],
    ["SELECT * FROM S LIMIT -1;", "Pull queries don't support negative integers in the LIMIT clause."],
    ["SELECT COUNT(*) FROM S GROUP BY ID;", "Pull queries don't support GROUP BY clauses."],
    ["SELECT * FROM S WHERE WINDOWEND = 1;", "WHERE column 'WINDOWEND' cannot be resolved"],
  ])("%s", async (sql, message) => {
    await expect(h.rows(sql)).rejects.toThrow(message);
  });
});

test("nothing of a request is done when one of its statements is bad", async () => {
  await expect(
    h.ksql(
      "CREATE STREAM GOOD (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON'); CREATE STREAM BAD AS SELECT X FROM GOOD;",
    ),
  ).rejects.toMatchObject({
    statementText: "CREATE STREAM BAD AS SELECT X FROM GOOD;",
    errorCode: 40001,
    entities: [],
  });
  expect(h.service.state.catalog.source("GOOD")).toBeUndefined();
});

test("INSERT writes what was said, NULLs and ROWTIME included", async () => {
  await h.ksql(
    "CREATE STREAM I (K VARCHAR KEY, A BIGINT, T TIMESTAMP) WITH (KAFKA_TOPIC='inserted', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
  await h.ksql(
    "INSERT INTO I (A, ROWTIME, K) VALUES (10, 1234, 'key'); INSERT INTO I VALUES (NULL, NULL, '1970-01-01T00:00:01');",
  );
  expect(await h.written("inserted", 2)).toEqual([
    { key: "key", value: '{"A":10,"T":null}', timestamp: 1234 },
    { key: null, value: '{"A":null,"T":1000}', timestamp: 1000 },
  ]);
});

test("a stream can be pulled, with LIMIT and to its end", async () => {
  await h.topics("pulled");
  await h.ksql(
    "CREATE STREAM P (K VARCHAR KEY, D DOUBLE, T TIMESTAMP) WITH (KAFKA_TOPIC='pulled', VALUE_FORMAT='JSON');",
  );
  h.put("pulled", ["a", { D: 1, T: 1 }], ["b", { D: 2.5 }]);
  expect(await h.rows("SELECT * FROM P;")).toEqual([
    "`K` STRING, `D` DOUBLE, `T` TIMESTAMP",
    '["a",1.0,"1970-01-01T00:00:00.001"]',
    '["b",2.5,null]',
    "Query Completed",
  ]);
  expect(await h.rows("SELECT K FROM P LIMIT 1;")).toEqual(["`K` STRING", '["a"]', "Limit Reached"]);
});

test("a push query groups on the fly and shows what leaves by key alone", async () => {
  await h.topics("pushed");
  await h.ksql("CREATE STREAM U (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='pushed', VALUE_FORMAT='JSON');");
  h.put("pushed", ["a", { V: 1 }], ["a", { V: -2 }], ["a", { V: 5 }]);
  expect(
    await h.rows("SELECT SUM(V) AS TOTAL, K FROM U GROUP BY K HAVING SUM(V) > 0 EMIT CHANGES LIMIT 3;"),
  ).toEqual(["`TOTAL` INTEGER, `K` STRING", '[1,"a"]', '-[null,"a"]', '[4,"a"]', "Limit Reached"]);
});

test("columns left out are read from the registry", async () => {
  await h.registry.register(
    "u-value",
    '{"type":"record","name":"R","fields":[{"name":"station_id","type":"int"},{"name":"line","type":["null","string"]}]}',
  );
  await h.ksql("CREATE STREAM R (KEY_ID INT KEY) WITH (KAFKA_TOPIC='u', FORMAT='AVRO');");
  expect(h.service.state.catalog.source("R")).toMatchObject({
    keys: [{ name: "KEY_ID" }],
    values: [
      { name: "STATION_ID", type: { base: "INTEGER" } },
      { name: "LINE", type: { base: "STRING" } },
    ],
  });
  await expect(h.ksql("CREATE STREAM R2 (K INT KEY) WITH (KAFKA_TOPIC='t', FORMAT='AVRO');")).rejects.toThrow(
    "Schema for message values on topic 't' does not exist in the Schema Registry.",
  );
});

test.each(["", "LINE STRING"])(
  "a record is refused where a bare value is to be read: (%s)",
  async (columns) => {
    await h.registry.register(
      "u-value",
      '{"type":"record","name":"R","fields":[{"name":"LINE","type":"string"}]}',
    );
    const create = `CREATE STREAM BARE ${columns && `(${columns})`} WITH (KAFKA_TOPIC='u', VALUE_FORMAT='AVRO', WRAP_SINGLE_VALUE=false);`;
    await expect(h.ksql(create)).rejects.toThrow("the nested Avro type record");
  },
);

test("a table's pull ends at its LIMIT without a word", async () => {
  await h.topics("limited");
  await h.ksql(
    "CREATE STREAM LIMITED (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='limited', VALUE_FORMAT='JSON'); CREATE TABLE COUNTED AS SELECT K, COUNT(*) AS N FROM LIMITED GROUP BY K;",
  );
  h.put("limited", ["a", { V: 1 }], ["b", { V: 2 }]);
  await h.written("COUNTED", 2);
  expect(await h.rows("SELECT K FROM COUNTED LIMIT 1;")).toEqual([
    "`K` STRING KEY",
    expect.stringMatching(/^\["[ab]"\]$/),
  ]);
});

test("SHOW PROPERTIES says what the engine does, and which service this is", async () => {
  const [answer] = await h.ksql("SHOW PROPERTIES;", { "auto.offset.reset": "earliest" });
  const { properties, overwrittenProperties } = answer as unknown as {
    readonly properties: readonly { readonly name: string; readonly value: string }[];
    readonly overwrittenProperties: readonly string[];
  };
  const values = Object.fromEntries(properties.map(({ name, value }) => [name, value]));
  expect(values).toMatchObject({
    "ksql.streams.commit.interval.ms": String(COMMIT_GAP_MS),
    "ksql.streams.service.id": "test_",
    "ksql.streams.suppress.enabled": "false",
    "ksql.streams.auto.offset.reset": "earliest",
  });
  expect(overwrittenProperties).toEqual(["ksql.streams.auto.offset.reset"]);
});

test("a query that reads a source must end before the source", async () => {
  await h.ksql(
    "CREATE STREAM D1 (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON'); CREATE STREAM D2 AS SELECT * FROM D1;",
  );
  await expect(h.ksql("DROP STREAM D1;")).rejects.toThrow(/You need to terminate them before dropping D1/);
  const [dropped] = await h.ksql("DROP STREAM D2 DELETE TOPIC;");
  expect(dropped?.["commandStatus"]).toMatchObject({
    message: "Source `D2` (topic: D2) was dropped.",
    status: "SUCCESS",
  });
  await h.ksql("DROP STREAM D1;");
  expect((await (await h.kafka.admin()).listTopics()).filter((topic) => /D2/.test(topic))).toEqual([]);
});

describe("bounds", () => {
  const streams = (count: number): string =>
    Array.from(
      { length: count },
      (_, i) => `CREATE STREAM BOUND${i} (A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`,
    ).join("\n");
  const queries = (count: number): string =>
    Array.from({ length: count }, (_, i) => `CREATE STREAM BOUND${i} AS SELECT ID, V FROM S;`).join("\n");
  const columns = Array.from({ length: 1001 }, (_, i) => `C${i} INT`).join(", ");

  test.each([
    ["1001 statements", "SHOW STREAMS;".repeat(1001), "1001 statements: 1000 are taken at once"],
    ["1000 sources more", streams(1000), "exceed the limit of 1000"],
    ["101 persistent queries", queries(101), "persistent query count: 100.\nLimit: 100."],
    [
      "1001 partitions",
      "CREATE STREAM BOUND (A INT) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=1001);",
      "PARTITIONS is 1001: a topic that this server makes has at most 1000.",
    ],
    [
      "11 topics of 1000 partitions",
      Array.from(
        { length: 11 },
        (_, i) =>
          `CREATE STREAM BOUND${i} (A INT) WITH (KAFKA_TOPIC='p${i}', VALUE_FORMAT='JSON', PARTITIONS=1000);`,
      ).join("\n"),
      "at most 10000 are taken on",
    ],
    [
      "1001 columns",
      `CREATE STREAM BOUND (${columns}) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`,
      "at most 1000 columns",
    ],
    [
      "a SELECT of 1001",
      `CREATE STREAM BOUND AS SELECT ${"V, ".repeat(1000)}V FROM S;`,
      "at most 1000 expressions",
    ],
  ])("refused: %s, and nothing of it is done", async (_, sql, message) => {
    await expect(h.ksql(sql)).rejects.toThrow(message);
    const shown = JSON.stringify(await h.ksql("SHOW STREAMS; SHOW QUERIES;"));
    expect(shown).not.toMatch(/"BOUND/);
  });
});
