import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MemoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { StateSpace } from "../state/state-space.ts";
import { openHarness, type Written } from "../testing/harness.ts";

const brief = (records: readonly Written[]): readonly string[] =>
  records.map(({ key, value, timestamp }) => `${key} ${value} ${timestamp}`);

const int = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
};

describe.each([
  ["in memory", 100_000],
  ["on disk", 0],
])("state %s:", (_, memoryRows) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "ksql-queries-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const open = (kafka?: MemoryKafka): ReturnType<typeof openHarness> =>
    openHarness(kafka, new StateSpace({ folder, memoryRows }));

  describe("streams", () => {
    test("filter, project and rename; the time is the event's; a tombstone passes where nothing filters", async () => {
      const h = await open();
      await h.topics("entries");
      await h.ksql(
        "CREATE STREAM E (K VARCHAR KEY, ID INT, NAME VARCHAR) WITH (KAFKA_TOPIC='entries', VALUE_FORMAT='JSON');",
      );
      await h.ksql(
        "CREATE STREAM RED AS SELECT K, ID * 2 AS TWICE, NAME FROM E WHERE ID > 1; CREATE STREAM ALL_OF AS SELECT * FROM E;",
      );
      h.put("entries", ["a", { id: 1, name: "x" }, 5], ["b", { ID: 2 }, 6], ["c", null, 7]);
      expect(brief(await h.written("ALL_OF", 3))).toEqual([
        'a {"ID":1,"NAME":"x"} 5',
        'b {"ID":2,"NAME":null} 6',
        "c null 7",
      ]);
      expect(brief(await h.written("RED", 1))).toEqual(['b {"TWICE":4,"NAME":null} 6']);
      await h.close();
    });

    test("a poisoned record and a division by zero stop nothing", async () => {
      const h = await open();
      await h.topics("numbers");
      await h.ksql("CREATE STREAM N (A INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON');");
      await h.ksql("CREATE STREAM Q AS SELECT 10 / A AS Q FROM N;");
      h.put("numbers", [null, { A: "none" }], [null, [1]], [null, { A: 0 }], [null, { A: 5 }]);
      expect((await h.written("Q", 2)).map((r) => r.value)).toEqual(['{"Q":null}', '{"Q":2}']);
      await h.close();
    });

    test("a sink's TIMESTAMP column gives the time, and a negative one leaves the row out", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql("CREATE STREAM S (MOMENT BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
      await h.ksql("CREATE STREAM D WITH (TIMESTAMP='MOMENT') AS SELECT * FROM S;");
      h.put("t", [null, { MOMENT: 77 }, 1], [null, { MOMENT: -1 }, 1], [null, { MOMENT: 78 }, 1]);
      expect((await h.written("D", 2)).map((r) => r.timestamp)).toEqual([77, 78]);
      await h.close();
    });
  });

  describe("groups of a stream", () => {
    test("counts by a value column; the grouping column stands in the key only", async () => {
      const h = await open();
      await h.topics("entries");
      await h.ksql(
        "CREATE STREAM E (K VARCHAR KEY, STATION INT) WITH (KAFKA_TOPIC='entries', VALUE_FORMAT='JSON');",
      );
      await h.ksql(
        "CREATE TABLE C AS SELECT STATION, COUNT(*) AS N, SUM(STATION) AS S FROM E GROUP BY STATION;",
      );
      h.put("entries", ["a", { STATION: 7 }], ["b", { STATION: 8 }], ["c", {}], ["d", { STATION: 7 }]);
      await h.written("C", 3);
      const records = h.kafka.records("C");
      expect(records.map((r) => [r.key, r.value?.toString()])).toEqual([
        [int(7), '{"N":1,"S":7}'],
        [int(8), '{"N":1,"S":8}'],
        [int(7), '{"N":2,"S":14}'],
      ]);
      await h.close();
    });

    test("a sum with more digits than its type is NULL, and comes back from it", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql(
        "CREATE STREAM S (K VARCHAR KEY, V DECIMAL(4,1)) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
      );
      await h.ksql("CREATE TABLE P AS SELECT K, SUM(V) AS TOTAL, COUNT(V) AS N FROM S GROUP BY K;");
      h.put("t", ["a", { V: 800.5 }], ["a", { V: 200.5 }], ["a", { V: -1.1 }]);
      expect((await h.written("P", 3)).map((r) => r.value)).toEqual([
        '{"TOTAL":800.5,"N":1}',
        '{"TOTAL":null,"N":2}',
        '{"TOTAL":999.9,"N":3}',
      ]);
      await h.close();
    });

    test("a group that HAVING no longer admits leaves a tombstone, one it never admitted leaves nothing", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
      await h.ksql("CREATE TABLE P AS SELECT K, SUM(V) AS TOTAL FROM S GROUP BY K HAVING SUM(V) > 0;");
      h.put("t", ["a", { V: 5 }], ["b", { V: -1 }], ["a", { V: -9 }], ["a", { V: -1 }], ["a", { V: 6 }]);
      await h.settle();
      expect((await h.written("P", 3)).map((r) => `${r.key} ${r.value}`)).toEqual([
        'a {"TOTAL":5}',
        "a null",
        'a {"TOTAL":1}',
      ]);
      await h.close();
    });

    test("windows: hopping overlap, grace closes by stream time, keys end with the window's start", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
      await h.ksql(
        "CREATE TABLE W AS SELECT K, COUNT(*) AS N FROM S WINDOW HOPPING (SIZE 4 SECONDS, ADVANCE BY 2 SECONDS, GRACE PERIOD 1 SECOND) GROUP BY K;",
      );
      h.put("t", ["a", {}, 5000], ["a", {}, 9100], ["a", {}, 5500]);
      await h.written("W", 4);
      await h.settle();
      const seen = h.kafka
        .records("W")
        .map((r) => [Number(r.key?.readBigInt64BE(1)), r.value?.toString(), r.timestamp]);
      expect(seen).toEqual([
        [2000, '{"N":1}', 5000],
        [4000, '{"N":1}', 5000],
        [6000, '{"N":1}', 9100],
        [8000, '{"N":1}', 9100],
      ]);
      expect(
        await h.rows("SELECT K, WINDOWSTART, WINDOWEND, N FROM W WHERE K = 'a' AND WINDOWSTART >= 6000;"),
      ).toEqual([
        "`K` STRING KEY, `WINDOWSTART` BIGINT KEY, `WINDOWEND` BIGINT KEY, `N` BIGINT",
        '["a",6000,10000,1]',
        '["a",8000,12000,1]',
      ]);
      await h.close();
    });

    test("windows out of retention are forgotten, and the grace says which rows still count", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
      await h.ksql(
        "CREATE TABLE W AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 2 MINUTES, GRACE PERIOD 0 SECONDS) GROUP BY K;",
      );
      h.put("t", ["a", {}, 1000], ["a", {}, 61_000], ["a", {}, 1_000_000]);
      await h.written("W", 3);
      await h.settle();
      expect(await h.rows("SELECT WINDOWSTART, N FROM W;")).toEqual([
        "`WINDOWSTART` BIGINT KEY, `N` BIGINT",
        "[960000,1]",
      ]);
      await h.close();
    });

    test("each aggregate passes NULL over", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
      await h.ksql(
        "CREATE TABLE A AS SELECT K, COUNT(V) AS N, COUNT(*) AS ALL_N, MIN(V) AS LO, MAX(V) AS HI, AVG(V) AS MEAN, LATEST_BY_OFFSET(V) AS LAST, EARLIEST_BY_OFFSET(V) AS FIRST FROM S GROUP BY K;",
      );
      h.put("t", ["a", { V: null }], ["a", { V: 4 }], ["a", { V: 1 }], ["a", {}]);
      expect((await h.written("A", 4)).map((r) => r.value)).toEqual([
        '{"N":0,"ALL_N":1,"LO":null,"HI":null,"MEAN":0.0,"LAST":null,"FIRST":null}',
        '{"N":1,"ALL_N":2,"LO":4,"HI":4,"MEAN":4.0,"LAST":4,"FIRST":4}',
        '{"N":2,"ALL_N":3,"LO":1,"HI":4,"MEAN":2.5,"LAST":1,"FIRST":4}',
        '{"N":2,"ALL_N":4,"LO":1,"HI":4,"MEAN":2.5,"LAST":1,"FIRST":4}',
      ]);
      await h.close();
    });
  });

  describe("tables", () => {
    test("a row that changes its group leaves the old one and joins the new one; a tombstone leaves", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql(
        "CREATE TABLE T (K VARCHAR PRIMARY KEY, G VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
      );
      await h.ksql("CREATE TABLE C AS SELECT G, COUNT(*) AS N FROM T GROUP BY G;");
      h.put("t", ["1", { G: "x" }], ["2", { G: "x" }], ["1", { G: "y" }], ["2", null], [null, { G: "x" }]);
      await h.settle();
      expect((await h.written("C", 5)).map((r) => `${r.key} ${r.value}`)).toEqual([
        'x {"N":1}',
        'x {"N":2}',
        'x {"N":1}',
        'y {"N":1}',
        'x {"N":0}',
      ]);
      await h.close();
    });

    test("WHERE on a table: tombstones only for rows that were in it; the table can be pulled", async () => {
      const h = await open();
      await h.topics("t");
      await h.ksql(
        "CREATE TABLE T (K VARCHAR PRIMARY KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
      );
      await h.ksql("CREATE TABLE BIG AS SELECT K, V FROM T WHERE V > 5;");
      h.put("t", ["a", { V: 9 }], ["b", { V: 1 }], ["a", { V: 2 }], ["c", { V: 7 }]);
      await h.settle();
      expect((await h.written("BIG", 3)).map((r) => `${r.key} ${r.value}`)).toEqual([
        'a {"V":9}',
        "a null",
        'c {"V":7}',
      ]);
      expect(await h.rows("SELECT * FROM BIG;")).toEqual(["`K` STRING KEY, `V` INTEGER", '["c",7]']);
      expect(await h.rows("SELECT V FROM BIG WHERE K = 'c';")).toEqual(["`V` INTEGER", "[7]"]);
      expect(await h.rows("SELECT V FROM BIG WHERE K = 'a';")).toEqual(["`V` INTEGER"]);
      await h.close();
    });
  });

  test("without buffering switched off, a batch writes each group once", async () => {
    const h = await open();
    await h.topics("t");
    await h.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
    h.put("t", ["a", { V: 1 }], ["a", { V: 1 }], ["b", { V: 1 }], ["a", { V: 1 }]);
    await h.ksql("CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;", {
      "auto.offset.reset": "earliest",
    });
    expect((await h.written("C", 2)).map((r) => `${r.key} ${r.value}`)).toEqual(['a {"N":3}', 'b {"N":1}']);
    await h.close();
  });

  test("groups spread over several partitions come together through internal topics", async () => {
    const h = await open();
    await h.ksql(
      "CREATE STREAM S (K VARCHAR KEY, G VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=3);",
    );
    await h.ksql("CREATE TABLE C AS SELECT G, COUNT(*) AS N FROM S GROUP BY G;");
    for (let i = 0; i < 30; i++) {
      h.kafka.append([
        {
          topic: "t",
          partition: i % 3,
          key: Buffer.from(String(i)),
          value: Buffer.from(`{"G":"g${i % 4}"}`),
        },
      ]);
    }
    await h.written("C", 30);
    expect((await h.rows("SELECT * FROM C;")).slice(1).toSorted()).toEqual([
      '["g0",8]',
      '["g1",8]',
      '["g2",7]',
      '["g3",7]',
    ]);
    await h.close();
  });

  test("a server that starts again has its statements, queries and counts again, and counts on", async () => {
    const first = await open();
    await first.topics("t");
    await first.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
    await first.ksql(
      "CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S GROUP BY K; CREATE STREAM GONE AS SELECT * FROM S;",
    );
    await first.ksql("TERMINATE CSAS_GONE_2; DROP STREAM GONE;");
    first.put("t", ["a", {}], ["a", {}]);
    await first.written("C", 2);
    await first.settle();
    await first.close();
    const second = await open(first.kafka);
    await second.settle();
    expect(await second.rows("SELECT * FROM C;")).toEqual(["`K` STRING KEY, `N` BIGINT", '["a",2]']);
    second.put("t", ["a", {}]);
    expect((await second.written("C", 3)).at(-1)?.value).toBe('{"N":3}');
    const [streams, queries] = await second.ksql("SHOW STREAMS; SHOW QUERIES;");
    expect(streams?.["streams"]).toMatchObject([{ name: "S" }]);
    expect(queries?.["queries"]).toMatchObject([{ id: "CTAS_C_1", state: "RUNNING" }]);
    await second.close();
  });

  test("a query begins at the end unless told otherwise, also after a restart before it read anything", async () => {
    const first = await open();
    await first.topics("t");
    await first.ksql("CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');");
    first.put("t", ["old", {}], ["old", {}]);
    await first.ksql("CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;", {});
    await first.close();
    const second = await open(first.kafka);
    second.put("t", ["new", {}]);
    expect((await second.written("C", 1)).map((r) => `${r.key} ${r.value}`)).toEqual(['new {"N":1}']);
    await second.settle();
    expect(second.kafka.records("C")).toHaveLength(1);
    await second.close();
  });
});
