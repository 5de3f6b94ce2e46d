import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import { StateSpace } from "../state/state-space.ts";
import { openHarness } from "../testing/harness.ts";
import { type Death, deathsAfter, isolated, MOST_DEATHS, type QueryPosition } from "./deaths.ts";
import { openWard, type Ward } from "./ward.ts";

const at = (query: string, offset: number): QueryPosition => ({ query, topic: "s", partition: 0, offset });

function afterAll(...positions: readonly (QueryPosition | null)[]): readonly Death[] {
  return positions.reduce<readonly Death[]>(deathsAfter, []);
}

test("a query is left out after three deaths at the same record", () => {
  expect([...isolated(afterAll(at("Q", 7), at("Q", 7))).keys()]).toEqual([]);
  expect(isolated(afterAll(at("Q", 7), at("Q", 7), at("Q", 7))).get("Q")).toEqual({
    ...at("Q", 7),
    times: 3,
  });
});

test("one that got further begins to count again; deaths without work count for no query", () => {
  expect(isolated(afterAll(at("Q", 7), at("Q", 7), at("Q", 8), at("Q", 8))).size).toBe(0);
  expect(isolated(afterAll(at("Q", 7), null, null, at("Q", 7), null)).size).toBe(0);
  expect(isolated(afterAll(at("Q", 7), null, at("Q", 7), at("Q", 7))).size).toBe(1);
});

test("each query counts by itself", () => {
  const deaths = afterAll(at("Q", 7), at("P", 1), at("Q", 7), at("P", 2), at("Q", 7), at("P", 3));
  expect([...isolated(deaths).keys()]).toEqual(["Q"]);
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ward-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (): Ward => openWard(folder, "default_8088", silentLogger);

test("what a server was at outlives it, and nothing else does", () => {
  for (let death = 0; death < MOST_DEATHS; death++) {
    const ward = open();
    expect(ward.isolated.size).toBe(0);
    ward.mark.set(at("LONG_NAME_OF_A_QUERY", 10_000));
    ward.mark.set(at("Q", 7));
  }
  const ward = open();
  expect(ward.isolated.get("Q")).toMatchObject({ query: "Q", times: MOST_DEATHS });
  ward.forget("Q");
  expect(ward.isolated.size).toBe(0);
  expect(open().isolated.size).toBe(0);
});

test("a server that ended while it did nothing has no query to blame", () => {
  for (let death = 0; death < 5; death++) {
    const { mark } = open();
    mark.set(at("Q", 7));
    mark.set(null);
  }
  expect(open().isolated.size).toBe(0);
});

test("files that make no sense are passed over, and a folder that cannot be written leaves no query out", () => {
  open().mark.set(at("Q", 7));
  for (const name of readdirSync(folder)) expect(readFileSync(join(folder, name), "utf8")).not.toBe("");
  rmSync(folder, { recursive: true });
  const ward = openWard("/dev/null/ksql", "x", silentLogger);
  ward.mark.set(at("Q", 7));
  expect(ward.isolated.size).toBe(0);
  folder = mkdtempSync(join(tmpdir(), "ward-"));
});

test("the mark names the query whose record is being worked on, and a query that is left out lets the others go on", async () => {
  const marks: (QueryPosition | null)[] = [];
  const out = new Map<string, Death>();
  const ward: Ward = {
    mark: { set: (position) => void marks.push(position) },
    isolated: out,
    forget: (id) => void out.delete(id),
  };
  const kafka = memoryKafka(() => 1000);
  const first = await openHarness(kafka, new StateSpace(), ward);
  await first.topics("s");
  await first.ksql("CREATE STREAM S (K VARCHAR KEY, V INTEGER) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');");
  await first.ksql("CREATE TABLE GOOD AS SELECT K, COUNT(*) AS N FROM S GROUP BY K EMIT CHANGES;");
  await first.ksql("CREATE STREAM BAD AS SELECT K, V + 1 AS W FROM S EMIT CHANGES;");
  first.put("s", ["a", { V: 1 }]);
  await first.written("BAD", 1);
  await first.written("GOOD", 1);
  const queries = new Set(marks.map((position) => position?.query.replace(/_\d+$/, "")));
  expect(queries).toEqual(new Set(["CSAS_BAD", "CTAS_GOOD", undefined]));
  expect(marks.at(-1)).toBeNull();
  expect(marks.find((position) => position !== null)).toMatchObject({ topic: "s", partition: 0, offset: 0 });
  await first.close();

  const bad = marks.find((position) => position?.query.startsWith("CSAS_BAD"));
  if (!bad) throw new Error("no mark of BAD");
  out.set(bad.query, { ...bad, times: 3 });
  const second = await openHarness(kafka, new StateSpace(), ward);
  second.put("s", ["a", { V: 2 }]);
  await second.written("GOOD", 2);
  expect(kafka.records("BAD")).toHaveLength(1);
  expect(second.service.state.stateOf(bad.query)).toBe("ERROR");
  expect(JSON.stringify(await second.ksql("SHOW QUERIES;"))).toContain('"state":"ERROR"');
  await second.ksql(`TERMINATE ${bad.query};`);
  expect(out.size).toBe(0);
  await second.close();
});
