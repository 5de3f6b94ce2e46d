import { connect } from "node:http2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../../runtime/clock.ts";
import { type MemoryKafka, memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import { createMetrics } from "../../../runtime/service/metrics.ts";
import { type KsqlServer, openKsqlServer } from "../server.ts";
import { memoryRegistry } from "../testing/memory-registry.ts";

let kafka: MemoryKafka;
let server: KsqlServer;

beforeAll(async () => {
  kafka = memoryKafka(() => 1000);
  server = await openKsqlServer({
    kafka,
    registry: memoryRegistry(),
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics("ksql"),
    port: 0,
    serviceId: "t_",
  });
  await ksql(
    "CREATE STREAM S (K VARCHAR KEY, V INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
  );
});

afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function ask(method: string, path: string, body?: unknown, accept?: string): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method,
    redirect: "manual",
    headers: accept ? { accept } : {},
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

const ksql = (sql: string): Promise<Answer> =>
  ask("POST", "/ksql", { ksql: sql, streamsProperties: { "ksql.streams.auto.offset.reset": "earliest" } });

/** A whole HTTP/2 exchange without TLS. */
async function http2(
  path: string,
  lines: readonly string[],
  accept?: string,
): Promise<readonly [status: number, text: string]> {
  const session = connect(server.url);
  const stream = session.request({
    ":method": "POST",
    ":path": path,
    ...(accept ? { accept } : {}),
  });
  let status = 0;
  let text = "";
  stream.on("response", (headers) => {
    status = Number(headers[":status"]);
  });
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    text += chunk;
  });
  stream.end(lines.join("\n"));
  await new Promise((resolve) => stream.on("close", resolve));
  session.close();
  return [status, text];
}

describe("requests and answers", () => {
  test.each([
    ["GET", "/", undefined, 307, /^$/],
    ["GET", "/info", undefined, 200, /"ksqlServiceId":"t_","serverStatus":"RUNNING"/],
    ["GET", "/healthcheck", undefined, 200, /"isHealthy":true.*"serverState":"READY"/],
    ["GET", "/v1/metadata", undefined, 200, /"ksql-cluster":"t_"/],
    ["GET", "/chc/live", undefined, 200, /^\{\}$/],
    ["GET", "/chc/ready", undefined, 200, /^\{\}$/],
    ["GET", "/metrics", undefined, 200, /^# HELP /],
    ["GET", "/clusterStatus", undefined, 404, /^Not Found$/],
    ["GET", "/nope", undefined, 404, /^Not Found$/],
    ["GET", "/status", undefined, 200, /"stream\/`S`\/create":"SUCCESS"/],
    ["GET", "/status/stream/%60S%60/create", undefined, 200, /"message":"Stream created","queryId":null/],
    ["GET", "/status/stream/NOPE/create", undefined, 404, /"error_code":40400/],
    ["GET", "/is_valid_property/ksql.streams.auto.offset.reset", undefined, 200, /^true$/],
    ["GET", "/is_valid_property/nope", undefined, 400, /"error_code":40000/],
    ["POST", "/ksql", "{nope", 400, /"error_code":40000,"message":"Invalid JSON in request: /],
    ["POST", "/ksql", {}, 400, /"error_code":40000/],
    [
      "POST",
      "/ksql",
      { ksql: "LIST STREAMS;" },
      200,
      /"type":"STREAM","name":"S","topic":"s","keyFormat":"KAFKA"/,
    ],
    [
      "POST",
      "/ksql",
      { ksql: `DESCRIBE \${source};`, sessionVariables: { source: "S" } },
      200,
      /"@type":"sourceDescription".*"name":"S"/,
    ],
    ["POST", "/ksql", { ksql: "SELECT 1 FROM S;" }, 400, /"@type":"statement_error","error_code":40002/],
    ["POST", "/ksql", { ksql: "NOPE;" }, 400, /"error_code":40001,"message":"line 1:1: Syntax Error/],
    ["POST", "/query", { ksql: "" }, 400, /"ksql\\" field must be populated/],
    ["POST", "/query", { ksql: "SHOW STREAMS;" }, 400, /"error_code":40001/],
    ["POST", "/query-stream", { sql: "SELECT * FROM NOPE;" }, 400, /NOPE does not exist/],
    ["POST", "/close-query", { queryId: "nope" }, 400, /No query with id nope/],
    ["POST", "/inserts-stream", '{"target":"S"}\n', 400, /"error_code":40004/],
    ["POST", "/ksql/terminate", {}, 400, /not supported by the built-in server; ksqlDB runs it/],
  ] as const)("%s %s %j → %d", async (method, path, body, status, text) => {
    const answer = await ask(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(text);
  });

  test("an answer type that is not offered is refused", async () => {
    expect((await ask("GET", "/info", undefined, "text/html")).status).toBe(406);
  });
});

test("one query in its three layouts", async () => {
  await ksql("INSERT INTO S (K, V) VALUES ('a', 1); INSERT INTO S (K, V) VALUES ('b', NULL);");
  const sql = "SELECT * FROM S;";
  const old = await ask("POST", "/query", { ksql: sql });
  expect([old.type, old.text.split("\n").slice(1)]).toEqual([
    "application/vnd.ksql.v1+json",
    [
      '{"row":{"columns":["a",1]}},',
      '{"row":{"columns":["b",null]}},',
      '{"finalMessage":"Query Completed"}]',
    ],
  ]);
  expect(() => JSON.parse(old.text)).not.toThrow();
  const lines = await ask("POST", "/query-stream", { sql });
  expect(lines.type).toBe("application/vnd.ksqlapi.delimited.v1");
  expect(lines.text.split("\n").slice(1)).toEqual(['["a",1]', '["b",null]', ""]);
  const array = await ask("POST", "/query-stream", { sql }, "application/json");
  expect(JSON.parse(array.text)).toEqual([
    expect.objectContaining({ columnNames: ["K", "V"], columnTypes: ["STRING", "INTEGER"] }),
    ["a", 1],
    ["b", null],
  ]);
});

test("a push query runs until it is closed, is listed meanwhile, and TERMINATE ends it too", async () => {
  for (const close of [
    (id: string) => ask("POST", "/close-query", { queryId: id }),
    (id: string) => ksql(`TERMINATE ${id};`),
  ]) {
    const response = await fetch(`${server.url}/query-stream`, {
      method: "POST",
      body: JSON.stringify({ sql: "SELECT * FROM S EMIT CHANGES;" }),
    });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const { queryId } = JSON.parse(Buffer.from(first?.value ?? []).toString()) as { queryId: string };
    expect((await ksql("SHOW QUERIES;")).text).toContain(`"id":"${queryId}"`);
    expect((await close(queryId)).status).toBe(200);
    while (!(await reader?.read())?.done);
    expect((await ksql("SHOW QUERIES;")).text).not.toContain(queryId);
  }
});

const insert = async (rows: readonly string[], accept?: string, target = "S"): Promise<unknown> => {
  const [status, text] = await http2("/inserts-stream", [JSON.stringify({ target }), ...rows], accept);
  if (accept === "application/json" || status !== 200) return JSON.parse(text);
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
};

test("HTTP/2 without TLS on the same port: rows in, each acknowledged", async () => {
  expect(await insert(['{"K":"x","V":7}', '{"k":"z","v":8}'])).toEqual([
    { status: "ok", seq: 0 },
    { status: "ok", seq: 1 },
  ]);
  const stored = (): readonly string[] => kafka.records("s").map((r) => `${r.key} ${r.value}`);
  expect(stored().slice(-2)).toEqual(['x {"V":7}', 'z {"V":8}']);
  expect((await http2("/query", ['{"ksql":"SELECT K FROM S WHERE V = 8;"}']))[1]).toContain(
    '{"row":{"columns":["z"]}}',
  );
});

test("the first row that does not fit ends the stream: nothing of it and nothing after it is stored", async () => {
  const before = kafka.records("s").length;
  const refused = (seq: number, message: string): object => ({
    "@type": "generic_error",
    error_code: 40000,
    message,
    seq,
    status: "error",
  });
  expect(await insert(['{"K":"a","V":1}', '{"K":"b","V":3000000000}', '{"K":"c","V":3}'])).toEqual([
    { status: "ok", seq: 0 },
    refused(1, "Can't coerce a field of type class java.lang.Long into type INTEGER"),
  ]);
  expect(await insert(['{"V":1}', '{"K":"d","V":1}'], "application/json")).toEqual([
    refused(0, "Key field must be specified: K"),
  ]);
  expect(kafka.records("s")).toHaveLength(before + 1);
});

test("inserts are acknowledged as one JSON array where that is asked for, and names may be quoted", async () => {
  await ksql(
    'CREATE STREAM "lower" ("k" VARCHAR KEY, "Value" INT) WITH (KAFKA_TOPIC=\'lower\', VALUE_FORMAT=\'JSON\', PARTITIONS=1);',
  );
  const row = '{"`k`":"x","\\"Value\\"":7}';
  expect(await insert([row], "application/json", "`lower`")).toEqual([{ status: "ok", seq: 0 }]);
  expect(await insert([], "application/json", '"lower"')).toEqual([]);
  expect(kafka.records("lower").map((r) => `${r.key} ${r.value}`)).toEqual(['x {"Value":7}']);
  expect(await insert([row], undefined, "lower")).toMatchObject({
    error_code: 40001,
    message:
      'Cannot insert values into an unknown stream/table: `LOWER`\nDid you mean "lower"? Hint: wrap the source name in double quotes to make it case-sensitive.',
  });
});

test("PRINT shows records as they are", async () => {
  const answer = await ask("POST", "/query-stream", { sql: "PRINT 's' FROM BEGINNING LIMIT 1;" });
  expect(answer.text).toMatch(/^rowtime: .*Z, key: a, value: \{"V":1\}, partition: 0\n$/);
});
