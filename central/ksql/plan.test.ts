import { describe, expect, test } from "vitest";
import { canonical, sameStatement } from "./canonical.ts";
import { type Existing, planActions } from "./plan.ts";
import { readScript } from "./script.ts";

const FILE = `CREATE STREAM E (K INT KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO');
CREATE TABLE C WITH (KAFKA_TOPIC='c') AS SELECT ID, COUNT(*) AS N FROM E GROUP BY ID EMIT CHANGES;
CREATE TABLE TOP AS SELECT ID, N FROM C WHERE N > 5;`;

function existing(statements: string): Map<string, Existing> {
  return new Map(
    readScript(statements).flatMap(({ text, creates }): [string, Existing][] => {
      if (!creates) return [];
      const own = creates.reads === undefined ? [] : [`Q_${creates.name}`];
      const readers = readScript(statements).flatMap((s) =>
        s.creates?.reads === creates.name ? [`Q_${s.creates.name}`] : [],
      );
      return [
        [creates.name, { name: creates.name, type: creates.type, statement: text, writers: own, readers }],
      ];
    }),
  );
}

function plan(server: string): readonly string[] {
  return planActions(readScript(FILE), existing(server)).map((action) => {
    switch (action.kind) {
      case "terminate":
        return `terminate ${action.queryId}`;
      case "run":
        return "run";
      default:
        return `${action.kind} ${action.name}`;
    }
  });
}

describe("what has to be done", () => {
  test("on an empty server: everything, in order", () => {
    expect(plan("")).toEqual(["create E", "create C", "create TOP"]);
  });

  test("a table of an earlier version that gives the same stays; one of another statement does not", () => {
    const earlier = readScript(
      "CREATE TABLE C WITH (KAFKA_TOPIC='c') AS SELECT OLD, COUNT(*) AS N FROM E GROUP BY OLD;",
    );
    const kinds = (server: string): readonly string[] =>
      planActions(readScript(FILE), existing(server), earlier).map(({ kind }) => kind);
    expect(kinds(FILE.replaceAll(" ID, COUNT", " OLD, COUNT").replace("BY ID", "BY OLD"))).toEqual([
      ...["unchanged", "unchanged", "unchanged"],
    ]);
    expect(kinds(FILE.replaceAll(" ID, COUNT", " X, COUNT").replace("BY ID", "BY X"))).toContain("create");
  });

  test("run again: nothing", () => {
    expect(plan(FILE)).toEqual(["unchanged E", "unchanged C", "unchanged TOP"]);
  });

  test("a changed table goes with what reads it, readers first down and last up", () => {
    expect(plan(FILE.replace("COUNT(*)", "SUM(ID)"))).toEqual([
      "terminate Q_TOP",
      "terminate Q_C",
      "drop TOP",
      "drop C",
      "unchanged E",
      "create C",
      "create TOP",
    ]);
  });

  test("a table whose query was terminated by hand is made again", () => {
    const server = existing(FILE);
    const top = server.get("TOP");
    if (top) server.set("TOP", { ...top, writers: [] });
    expect(planActions(readScript(FILE), server).map((a) => a.kind)).toEqual([
      "drop",
      "unchanged",
      "unchanged",
      "create",
    ]);
  });
});

describe("ksqlDB tells a statement in its own words", () => {
  test.each([
    [
      "CREATE TABLE C WITH (KAFKA_TOPIC='c') AS SELECT station_id, COUNT(*) AS count FROM TURNSTILE GROUP BY station_id EMIT CHANGES;",
      "CREATE TABLE C WITH (CLEANUP_POLICY='compact', KAFKA_TOPIC='c', PARTITIONS=2, REPLICAS=1) AS SELECT\n  TURNSTILE.STATION_ID STATION_ID,\n  COUNT(*) COUNT\nFROM TURNSTILE TURNSTILE\nGROUP BY TURNSTILE.STATION_ID\nEMIT CHANGES;",
    ],
    [
      "CREATE STREAM E (k INT KEY) WITH (KAFKA_TOPIC='t', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');",
      "CREATE STREAM E (K INTEGER KEY, STATION_ID INTEGER, LINE STRING) WITH (KAFKA_TOPIC='t', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');",
    ],
  ])("the same: %s", (file, server) => {
    expect(sameStatement(canonical(file), canonical(server))).toBe(true);
  });

  test.each([
    [
      "CREATE STREAM E (K INT KEY) WITH (KAFKA_TOPIC='t');",
      "CREATE STREAM E (K BIGINT KEY) WITH (KAFKA_TOPIC='t');",
    ],
    [
      "CREATE STREAM E (K INT KEY) WITH (KAFKA_TOPIC='t');",
      "CREATE STREAM E (K INT KEY) WITH (KAFKA_TOPIC='u');",
    ],
    ["CREATE TABLE C AS SELECT A FROM E;", "CREATE TABLE C AS SELECT B FROM E;"],
    ["CREATE TABLE C AS SELECT A FROM E WHERE A = 'x';", "CREATE TABLE C AS SELECT A FROM E WHERE A = 'X';"],
  ])("another: %s", (file, server) => {
    expect(sameStatement(canonical(file), canonical(server))).toBe(false);
  });
});
