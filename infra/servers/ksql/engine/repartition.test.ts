import { describe, expect, test } from "vitest";
import { openHarness } from "../testing/harness.ts";
import { packChanges } from "./change-source.ts";

const STREAM =
  "CREATE STREAM S (K VARCHAR KEY, G VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=";
const TABLE = "CREATE TABLE C AS SELECT G, COUNT(*) AS N FROM S GROUP BY G;";
const QUERY = "_elevated-ksql-t_query_CTAS_C_1";

test("a grouping over 30 partitions needs three internal topics of 30, not 32", async () => {
  const h = await openHarness();
  await h.ksql(`${STREAM}30);`);
  await h.ksql(TABLE);
  await h.settle();
  const topics = h.kafka.log.names().filter((topic) => topic.startsWith(QUERY));
  expect(topics.toSorted()).toEqual([
    `${QUERY}-changelog`,
    `${QUERY}-regroup-changelog`,
    `${QUERY}-repartition`,
  ]);
  expect(topics.map((topic) => h.kafka.log.partitionCount(topic))).toEqual([30, 30, 30]);
  await h.close();
});

test("a home of the version before counts what lay in its topics, once, and has them no longer", async () => {
  const first = await openHarness();
  const put = (from: number, to: number): void => {
    for (let n = from; n < to; n++) {
      first.kafka.append([
        {
          topic: "t",
          partition: n % 3,
          key: Buffer.from(String(n)),
          value: Buffer.from(`{"G":"g${n % 2}"}`),
        },
      ]);
    }
  };
  await first.ksql(`${STREAM}3);`);
  await first.ksql(TABLE);
  put(0, 12);
  await first.written("C", 2);
  await first.settle();
  await first.close();

  // As that version left it: a topic for each input partition, the last changes in them not counted yet.
  const admin = await first.kafka.admin();
  const topics = [0, 1, 2].map((n) => `${QUERY}-regroup-${n}`);
  await admin.deleteTopics([`${QUERY}-repartition`]);
  await admin.ensureTopics(topics.map((topic) => ({ topic, partitions: 3 })));
  const change = { key: ["g0"], time: 0, undo: null, add: [1n] } as const;
  const where = first.kafka.records("C").find(({ key }) => key?.includes("g0"))?.partition ?? 0;
  for (const topic of topics) {
    first.kafka.append([{ topic, partition: where, key: null, value: packChanges([change, change]) }]);
  }

  const second = await openHarness(first.kafka);
  // It looks now and then whether they are read to their end.
  while (first.kafka.log.names().some((topic) => topics.includes(topic))) {
    second.clock.advance(1_000);
    await second.settle();
  }
  put(12, 14);
  await second.settle();
  expect((await second.rows("SELECT * FROM C;")).slice(1).toSorted()).toEqual(['["g0",13]', '["g1",7]']);
  await second.close();
});

test("a source that has more partitions since: the query goes on with all of them, and counts nothing again", async () => {
  const first = await openHarness();
  const put = (count: number, partitions: number): void => {
    for (let n = 0; n < count; n++) {
      const place = { topic: "t", partition: n % partitions, key: Buffer.from(String(n)) };
      first.kafka.append([{ ...place, value: Buffer.from(`{"G":"g${n % 2}"}`) }]);
    }
  };
  await first.ksql(`${STREAM}2);`);
  await first.ksql(TABLE);
  put(10, 2);
  await first.settle();
  await first.close();
  first.kafka.log.grow("t", 5);
  const second = await openHarness(first.kafka);
  put(20, 5);
  await second.settle();
  expect((await second.rows("SELECT * FROM C;")).slice(1).toSorted()).toEqual(['["g0",15]', '["g1",15]']);
  const partitions = (topic: string): number => first.kafka.log.partitionCount(topic);
  expect(
    [`${QUERY}-regroup-changelog`, `${QUERY}-changelog`, `${QUERY}-repartition`, "C"].map(partitions),
  ).toEqual([5, 2, 2, 2]);
  await second.close();
});

describe("a query that counts in one step, and whose source has more partitions since", () => {
  type Harness = Awaited<ReturnType<typeof openHarness>>;
  const key = (n: number): Buffer => Buffer.from(String(n));
  const counts = async (h: Harness): Promise<readonly string[]> =>
    (await h.rows("SELECT * FROM C;")).slice(1).toSorted();
  /** The source's own partitioner is not Kafka's: where a group lies can only be known from where it was counted. */
  const put = (h: Harness, each: number, partitions: number): void => {
    for (let n = 0; n < each * 8; n++) {
      const partition = Math.floor((n % 8) / 2) % partitions;
      h.kafka.append([{ topic: "t", partition, key: key(n % 8), value: Buffer.from("{}") }]);
    }
  };
  const statement = (partitions: number): string =>
    `CREATE STREAM S (K VARCHAR KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=${partitions});`;
  const BY_KEY = "CREATE TABLE C AS SELECT K, COUNT(*) AS N FROM S GROUP BY K;";

  test.each([
    [1, 3],
    [2, 3],
    [2, 6],
    [3, 4],
  ])("%i to %i: goes on with all of them, and counts nothing again", async (from, to) => {
    const first = await openHarness();
    await first.ksql(statement(from));
    await first.ksql(BY_KEY);
    put(first, 5, from);
    await first.settle();
    const internal = first.kafka.log.names().filter((topic) => topic.startsWith(QUERY));
    expect(internal).toEqual([`${QUERY}-changelog`]);
    await first.close();
    first.kafka.log.grow("t", to);
    let expected = 5;
    // Each start finds the groups again where they are.
    for (const more of [4, 2]) {
      const next = await openHarness(first.kafka);
      put(next, more, to);
      await next.settle();
      expected += more;
      expect(await counts(next)).toEqual(Array.from({ length: 8 }, (_, n) => `["${n}",${expected}]`));
      await next.close();
    }
    // A key whose newest row were in another partition than its older ones would have two of them.
    const homes = first.kafka.records("C").map(({ key: of, partition }) => `${of} in ${partition}`);
    expect(new Set(homes).size).toBe(8);
  });

  test("twice", async () => {
    const first = await openHarness();
    await first.ksql(statement(2));
    await first.ksql(BY_KEY);
    put(first, 3, 2);
    await first.settle();
    await first.close();
    for (const [to, sum] of [
      [3, 6],
      [7, 9],
    ] as const) {
      first.kafka.log.grow("t", to);
      const next = await openHarness(first.kafka);
      put(next, 3, to);
      await next.settle();
      expect(await counts(next)).toEqual(Array.from({ length: 8 }, (_, n) => `["${n}",${sum}]`));
      await next.close();
    }
  });
});
