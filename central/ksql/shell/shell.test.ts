import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { CodedError } from "../../../schemas/errors.ts";
import type { KsqlClient, QueryLine, StatementAnswer } from "../client.ts";
import { renderEntity } from "./render.ts";
import { runShell } from "./shell.ts";
import { formatTable } from "./table.ts";

/** A server that remembers what it was sent. */
function fakeClient(
  answers: Readonly<Record<string, readonly StatementAnswer[]>>,
): KsqlClient & { readonly seen: unknown[] } {
  const seen: unknown[] = [];
  return {
    seen,
    async run(sql, { properties = {}, variables = {} } = {}) {
      seen.push(Object.keys(variables).length > 0 ? [sql, properties, variables] : [sql, properties]);
      const answer = answers[sql];
      if (!answer)
        throw new CodedError("KSQL_FAILED", { message: "line 1:1: Syntax Error", retryable: false });
      return answer;
    },
    async *query(sql, { properties = {}, variables = {} } = {}): AsyncIterable<QueryLine> {
      seen.push(Object.keys(variables).length > 0 ? [sql, properties, variables] : [sql, properties]);
      yield { kind: "header", queryId: "q", names: ["STATION_ID", "COUNT"] };
      yield { kind: "row", values: [40900, 3] };
    },
    version: async () => "0.29.0",
  };
}

async function session(client: KsqlClient, typed: string): Promise<string> {
  const input = new PassThrough();
  const output = new PassThrough();
  let text = "";
  output.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const done = runShell({ client, input, output, historyFile: "/nowhere/history", terminal: false });
  input.end(typed);
  await done;
  return text;
}

test("statements may take several lines; SET holds for the queries behind it", async () => {
  const set = "SET 'auto.offset.reset'='earliest';";
  const client = fakeClient({ [set]: [] });
  const text = await session(client, `${set}\nSELECT *\nFROM T;\n`);
  expect(client.seen).toEqual([
    [set, {}],
    ["SELECT *\nFROM T;", { "auto.offset.reset": "earliest" }],
  ]);
  expect(text.split("\n").slice(0, 5)).toEqual([
    "Successfully changed local property 'auto.offset.reset' to 'earliest'.",
    "STATION_ID    COUNT",
    "────────────  ────────────",
    "40900         3",
    "1 row",
  ]);
});

test("several statements on a line run one after the other, up to the first that fails", async () => {
  const set = (value: string): string => `SET 'auto.offset.reset' = '${value}';`;
  const client = fakeClient({ [set("earliest")]: [], [set("latest")]: [] });
  const text = await session(
    client,
    `${set("earliest")} SELECT 1 FROM T; ${set("latest")} NOPE; SELECT 2 FROM T;\nUNSET 'auto.offset.reset'; UNSET 'x';\n`,
  );
  expect(client.seen).toEqual([
    [set("earliest"), {}],
    ["SELECT 1 FROM T;", { "auto.offset.reset": "earliest" }],
    [set("latest"), {}],
    ["NOPE;", { "auto.offset.reset": "latest" }],
  ]);
  expect(text.split("\n").slice(5)).toEqual([
    "Successfully changed local property 'auto.offset.reset' from 'earliest' to 'latest'.",
    "line 1:1: Syntax Error",
    "Successfully unset local property 'auto.offset.reset' (value was 'latest').",
    "Property 'x' was not set in this session.",
    "",
  ]);
});

test("DEFINE holds for the statements behind it, until UNDEFINE", async () => {
  const client = fakeClient({ "SHOW TABLES;": [{ "@type": "tables", tables: [] }] });
  const select = `SELECT '\${line}' FROM T;`;
  const text = await session(
    client,
    `DEFINE line = 'red''s'; SHOW VARIABLES; ${select} UNDEFINE line; UNDEFINE line; SHOW TABLES;\n`,
  );
  expect(client.seen).toEqual([
    [select, {}, { LINE: "red's" }],
    ["SHOW TABLES;", {}],
  ]);
  expect(text).toContain("Variable  Value\n────────  ─────\nLINE      red's\n");
  expect(text).toContain("Variable 'LINE' was not defined in this session.\n");
});

test("an error is told and ends nothing", async () => {
  const client = fakeClient({ "SHOW TABLES;": [{ "@type": "tables", tables: [] }] });
  expect(await session(client, "NOPE;\nSHOW TABLES;\nexit\n")).toBe("line 1:1: Syntax Error\n(none)\n");
});

test("columns are as wide as their widest cell", () => {
  expect(
    formatTable(
      ["A", "LONG NAME"],
      [
        ["x".repeat(4), 1],
        [null, { a: 2 }],
      ],
    ),
  ).toEqual(["A     LONG NAME", "────  ─────────", "xxxx  1", 'null  {"a":2}']);
});

test("a name is shown in full, a statement in the last column is cut", () => {
  const name = "n".repeat(60);
  const [, , row = ""] = formatTable(["Name", "Statement"], [[name, "s".repeat(60)]]);
  expect(row).toBe(`${name}  ${"s".repeat(39)}…`);
});

test("a description shows columns, types and keys", () => {
  const schema = (type: string): object => ({ type, fields: null, memberSchema: null });
  const lines = renderEntity({
    "@type": "sourceDescription",
    sourceDescription: {
      type: "TABLE",
      name: "C",
      topic: "c",
      fields: [
        { name: "ID", schema: schema("INTEGER"), type: "KEY" },
        { name: "P", schema: { ...schema("DECIMAL"), parameters: { precision: 4, scale: 2 } } },
      ],
      writeQueries: [{ id: "CTAS_C_1" }],
      readQueries: [],
    },
  });
  expect(lines).toEqual([
    "TABLE C over topic c",
    "",
    "Column  Type",
    "──────  ─────────────  ───",
    "ID      INTEGER        KEY",
    "P       DECIMAL(4, 2)",
    "",
    "Queries: CTAS_C_1",
  ]);
});
