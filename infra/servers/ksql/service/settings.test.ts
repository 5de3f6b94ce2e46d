import { beforeAll, describe, expect, test } from "vitest";
import { openHarness } from "../testing/harness.ts";

let h: Awaited<ReturnType<typeof openHarness>>;

beforeAll(async () => {
  h = await openHarness();
  await h.topics("t");
  await h.ksql(`CREATE STREAM S (ID INT KEY, NAME VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
    CREATE STREAM M (A INT KEY, B INT KEY, V INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON');`);
});

describe("ksql.output.topic.name.prefix", () => {
  const PREFIXED = { "ksql.output.topic.name.prefix": "p-" };
  const topicOf = (name: string) => h.service.state.catalog.source(name)?.topic;

  test("begins the name of a topic that the statement leaves out", async () => {
    await h.ksql("CREATE STREAM P1 AS SELECT * FROM S; CREATE STREAM P2 AS SELECT * FROM P1;", PREFIXED);
    expect([topicOf("P1"), topicOf("P2")]).toEqual(["p-P1", "p-P2"]);
    expect(await (await h.kafka.admin()).listTopics()).toEqual(expect.arrayContaining(["p-P1", "p-P2"]));
  });

  test("a name in the statement stands, and so does one without the setting", async () => {
    await h.ksql("CREATE STREAM P3 WITH (KAFKA_TOPIC='own') AS SELECT * FROM S;", PREFIXED);
    await h.ksql("CREATE STREAM P4 AS SELECT * FROM S;");
    expect([topicOf("P3"), topicOf("P4")]).toEqual(["own", "P4"]);
  });
});

describe("ksql.new.query.planner.enabled", () => {
  const NEW = { "ksql.new.query.planner.enabled": "true" };
  const refusal =
    "a projection of other key columns, as new.query.planner.enabled allows, is not supported by the built-in server";

  test.each([
    ["leaves out", "CREATE STREAM X AS SELECT NAME FROM S;"],
    ["leaves out one of two", "CREATE STREAM X AS SELECT B, V FROM M;"],
    ["changes their order", "CREATE STREAM X AS SELECT B, A, V FROM M;"],
  ])("a projection that %s key columns is refused by name", async (_, sql) => {
    await expect(h.ksql(sql, NEW)).rejects.toThrow(refusal);
    await expect(h.ksql(`SET 'ksql.new.query.planner.enabled'='true'; ${sql}`)).rejects.toThrow(refusal);
  });

  test("all others run as without it", async () => {
    await h.ksql("CREATE STREAM N1 AS SELECT V, A, B FROM M; CREATE STREAM N2 AS SELECT * FROM S;", NEW);
    await h.ksql("CREATE TABLE N3 AS SELECT NAME, COUNT(*) FROM S GROUP BY NAME;", NEW);
  });
});
