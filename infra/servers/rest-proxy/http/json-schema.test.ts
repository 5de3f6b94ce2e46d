import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type MemoryKafka, memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import type { ProduceDependencies } from "../produce.ts";
import { memoryCluster } from "../testing/memory-cluster.ts";
import { type MemorySchemas, memorySchemas } from "../testing/memory-schemas.ts";
import { proxyServer } from "./server.ts";

let kafka: MemoryKafka;
let schemas: MemorySchemas;
let proxy: ProduceDependencies | undefined;
let url: string;
let close: () => Promise<void>;

beforeEach(async () => {
  kafka = memoryKafka();
  await (await kafka.admin()).ensureTopics([{ topic: "t", partitions: 2 }]);
  schemas = memorySchemas();
  proxy = { producer: await kafka.producer(), cluster: await memoryCluster(kafka), schemas };
  const metrics = { contentType: "text/plain", metrics: async () => "" };
  const server = proxyServer({ proxy: () => proxy, metrics, logger: silentLogger, maxBody: 2_000_000 });
  url = (await server.listen(0)).url;
  close = () => server.close();
});
afterEach(() => close());

async function ask(line: string, body?: unknown, headers: Record<string, string> = {}) {
  const [method = "GET", path = "/"] = line.split(" ");
  const given =
    body === undefined ? undefined : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const response = await fetch(url + path, { method, headers, ...(given ? { body: given } : {}) });
  const text = await response.text();
  const answer: unknown = text === "" ? "" : JSON.parse(text);
  return { status: response.status, type: response.headers.get("content-type"), body: answer };
}

const post = (type: string, body: unknown, path = "/topics/t") =>
  ask(`POST ${path}`, body, { "content-type": type });
const stored = () =>
  kafka.records("t").map((r) => [r.key?.toString("latin1") ?? null, r.value?.toString("latin1") ?? null]);

describe("JSON Schema", () => {
  const JSON_SCHEMA = "application/vnd.kafka.jsonschema.v2+json";
  const schema = JSON.stringify({
    ...{ type: "object", properties: { a: { type: "integer" }, b: { type: "string", pattern: "^x+$" } } },
    ...{ required: ["a"], additionalProperties: false },
  });

  test("a value is JSON behind the registry's header, and its schema is named by id from then on", async () => {
    const first = { value_schema: schema, records: [{ value: { a: 1, b: "xx" } }, { value: null }] };
    expect(await post(JSON_SCHEMA, first)).toMatchObject({ status: 200, body: { value_schema_id: 1 } });
    expect(await post(JSON_SCHEMA, { value_schema_id: 1, records: [{ value: { a: 2 } }] })).toMatchObject({
      status: 200,
    });
    expect(stored().map(([, value]) => value)).toEqual([
      '\u0000\u0000\u0000\u0000\u0001{"a":1,"b":"xx"}',
      null,
      '\u0000\u0000\u0000\u0000\u0001{"a":2}',
    ]);
  });

  test.each([
    [{ value_schema: schema, records: [{ value: { b: "x" } }] }, 400, 400, /required property 'a'/],
    [{ value_schema: schema, records: [{ value: { a: 1, b: "y" } }] }, 400, 400, /pattern/],
    [{ value_schema: '{"type":"strin"}', records: [{ value: 1 }] }, 422, 42205, /schema is invalid/],
    [{ value_schema: "7", records: [{ value: 1 }] }, 422, 42205, /an object, true or false/],
    [{ records: [{ value: 1 }] }, 422, 42202, /value_schema/],
  ])("%j is refused", async (body, status, code, message) => {
    expect(await post(JSON_SCHEMA, body)).toMatchObject({
      status,
      body: { error_code: code, message: expect.stringMatching(message) as unknown },
    });
    expect(stored()).toEqual([]);
  });
});
