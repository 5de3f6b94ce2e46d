import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CodedError } from "../../../../schemas/errors.ts";
import { type MemoryKafka, memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../runtime/logger.ts";
import type { ProduceDependencies } from "../produce.ts";
import { memoryCluster } from "../testing/memory-cluster.ts";
import { type MemorySchemas, memorySchemas } from "../testing/memory-schemas.ts";
import { proxyServer } from "./server.ts";

const V2 = "application/vnd.kafka.v2+json";
const BINARY = "application/vnd.kafka.binary.v2+json";
const JSON_TYPE = "application/vnd.kafka.json.v2+json";
const AVRO = "application/vnd.kafka.avro.v2+json";

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
const one = { partition: 0, offset: 0, error_code: null, error: null };
const stored = () =>
  kafka.records("t").map((r) => [r.key?.toString("latin1") ?? null, r.value?.toString("latin1") ?? null]);
const failure = (code: number) => ({
  partition: null,
  offset: null,
  error_code: code,
  error: expect.any(String) as unknown,
});

describe("media types", () => {
  test.each([
    [undefined, 200],
    [BINARY, 200],
    [`${BINARY}; charset=utf-8`, 200],
    ["Application/Vnd.Kafka.BINARY.v2+json", 200],
    ["application/json", 415],
    [V2, 415],
    ["application/octet-stream", 415],
    ["text/plain", 415],
  ])("Content-Type %s: %d", async (type, status) => {
    const answer = await ask(
      "POST /topics/t",
      { records: [{ value: "" }] },
      type === undefined ? {} : { "content-type": type },
    );
    expect(answer.status).toBe(status);
    if (status === 415) expect(answer).toMatchObject({ type: V2, body: { error_code: 415 } });
  });

  test.each([
    ["*/*", 200, V2],
    ["application/*", 200, V2],
    [`text/html, ${V2}`, 200, V2],
    ["application/json", 200, "application/json"],
    ["application/vnd.kafka+json", 406, null],
    ["text/plain", 406, null],
  ])("Accept %s: %d", async (accept, status, type) => {
    expect(await ask("GET /topics", undefined, { accept })).toMatchObject({ status, type });
  });

  test("an unsupported type is told in JSON to a client that does not accept v2", async () => {
    const headers = { "content-type": "text/plain", accept: "text/html" };
    expect(await ask("POST /topics/t", "x", headers)).toMatchObject({
      status: 415,
      type: "application/json",
    });
  });

  test.each([
    ["GET /nothing", 404],
    ["PUT /topics/t", 405],
    ["DELETE /topics", 405],
  ])("%s: %d without a type", async (line, status) => {
    const answer = await ask(line);
    expect(answer).toMatchObject({ status, type: null, body: { error_code: status } });
  });
});

describe("metadata", () => {
  const partition = (n: number) => ({
    partition: n,
    leader: 1,
    replicas: [{ broker: 1, leader: true, in_sync: true }],
  });
  test.each<[string, number, unknown]>([
    ["/", 200, {}],
    ["/topics", 200, ["t"]],
    ["/brokers", 200, { brokers: [1] }],
    [
      "/topics/t",
      200,
      {
        name: "t",
        configs: { "cleanup.policy": "delete", "sasl.password": null },
        partitions: [partition(0), partition(1)],
      },
    ],
    ["/topics/t/partitions", 200, [partition(0), partition(1)]],
    ["/topics/t/partitions/1", 200, partition(1)],
    ["/topics/t/partitions/1/offsets", 200, { beginning_offset: 0, end_offset: 0 }],
    ["/topics/x", 404, { error_code: 40403, message: "This server does not host this topic-partition." }],
    ["/topics/x/partitions", 404, { error_code: 40403, message: expect.any(String) }],
    ["/topics/x/partitions/0", 404, { error_code: 40403, message: expect.any(String) }],
    ["/topics/t/partitions/2", 404, { error_code: 40402, message: "Partition not found." }],
    ["/topics/t/partitions/-1", 404, { error_code: 40402, message: "Partition not found." }],
    ["/topics/t/partitions/x", 404, { error_code: 404, message: expect.any(String) }],
    ["/topics/a%20b", 400, { error_code: 40002, message: expect.any(String) }],
  ])("GET %s", async (path, status, body) => {
    expect(await ask(`GET ${path}`)).toMatchObject({ status, body });
  });
});

describe("the body", () => {
  test.each<[string, unknown, number, RegExp]>([
    ["empty", "", 422, /empty/],
    ["null", "null", 422, /null/],
    ["an empty object", {}, 422, /records/],
    ["records null", { records: null }, 422, /records/],
    ["no records", { records: [] }, 422, /records/],
    ["cut off", '{"records":[', 400, /not JSON/],
    ["followed by text", '{"records":[{}]} x', 400, /not JSON/],
    ["an array", "[]", 400, /no JSON object/],
    ["a string", '"x"', 400, /no JSON object/],
    ["records an object", { records: {} }, 400, /no array/],
    ["a record a string", { records: ["x"] }, 400, /records\[0\]/],
    ["a record null", { records: [null] }, 400, /records\[0\]/],
    ["a partition of letters", { records: [{ partition: "abc" }] }, 400, /partition/],
    ["a schema as object", { records: [{}], value_schema: {} }, 400, /value_schema/],
    ["an id of letters", { records: [{}], value_schema_id: "abc" }, 400, /value_schema_id/],
    ["an unknown field", { records: [{}], topic: 1 }, 422, /^Unrecognized field: topic$/],
    ["an unknown field of a record", { records: [{ timestamp: 1 }] }, 422, /^Unrecognized field: timestamp$/],
    ["a negative partition", { records: [{ partition: -1 }] }, 422, /partition/],
  ])("%s", async (_, body, code, message) => {
    const answer = await post(JSON_TYPE, body);
    expect(answer).toMatchObject({ status: code, type: V2, body: { error_code: code } });
    expect((answer.body as { message: string }).message).toMatch(message);
    expect(stored()).toEqual([]);
  });

  test("an empty record is a null key and a null value", async () => {
    expect(await post(JSON_TYPE, { records: [{}] })).toMatchObject({
      status: 200,
      type: V2,
      body: { offsets: [{ error_code: null, error: null }], key_schema_id: null, value_schema_id: null },
    });
    expect(stored()).toEqual([[null, null]]);
  });

  test("over the limit: 413", async () => {
    expect(await post(JSON_TYPE, { records: [{ value: "x".repeat(2_000_000) }] })).toMatchObject({
      status: 413,
    });
  });

  test("not UTF-8: 400", async () => {
    const body = Buffer.concat([
      Buffer.from('{"records":[{"value":"'),
      Buffer.from([0xff]),
      Buffer.from('"}]}'),
    ]);
    const response = await fetch(`${url}/topics/t`, {
      method: "POST",
      body,
      headers: { "content-type": JSON_TYPE },
    });
    expect(response.status).toBe(400);
  });
});

describe("binary and JSON", () => {
  test("one bad record and nothing of the batch is stored", async () => {
    const answer = await post(BINARY, { records: [{ value: "AA==" }, { value: "!" }] });
    expect(answer).toMatchObject({
      status: 400,
      body: { error_code: 400, message: "Bad Request: data=! is not a valid base64 string." },
    });
    expect(stored()).toEqual([]);
  });

  test("schemas are passed over", async () => {
    const answer = await post(BINARY, {
      records: [{ key: "aw==", value: "dg==", partition: 0 }],
      value_schema: "?",
      key_schema_id: 7,
    });
    expect(answer.body).toEqual({ offsets: [one], key_schema_id: null, value_schema_id: null });
    expect(stored()).toEqual([["k", "v"]]);
  });

  test("JSON keys keep their quotes, integers their digits", async () => {
    await post(
      JSON_TYPE,
      '{"records":[{"key":"k","value":{"n":12345678901234567890,"f":1.0},"partition":0}]}',
    );
    expect(stored()).toEqual([['"k"', '{"n":12345678901234567890,"f":1.0}']]);
  });
});

describe("partitions", () => {
  test("the record's wins over the path's, which counts for the others", async () => {
    const records = [{ value: 1, partition: 0 }, { value: 2 }];
    const { body } = await post(JSON_TYPE, { records }, "/topics/t/partitions/1");
    expect(body).toMatchObject({ offsets: [{ partition: 0 }, { partition: 1 }] });
  });

  test.each([["1"], [1.5], [1]])("%j is partition 1", async (partition) => {
    const { body } = await post(JSON_TYPE, { records: [{ value: 1, partition }] });
    expect(body).toMatchObject({ offsets: [{ partition: 1 }] });
  });

  test("a missing one in a record fails that record only, the answers in order", async () => {
    const records = [
      { value: 1, partition: 0 },
      { value: 2, partition: 9 },
      { value: 3, partition: 0 },
    ];
    expect(await post(JSON_TYPE, { records })).toMatchObject({
      status: 200,
      body: { offsets: [one, failure(50003), { ...one, offset: 1 }] },
    });
    expect(stored().map(([, value]) => value)).toEqual(["1", "3"]);
  });

  test.each([
    ["/topics/x", 404, 40401],
    ["/topics/t/partitions/2", 404, 40402],
    ["/topics/t/partitions/-1", 404, 40402],
    ["/topics/t/partitions/x", 404, 404],
  ])("POST %s: %d, %d", async (path, status, code) => {
    expect(await post(JSON_TYPE, { records: [{ value: 1 }] }, path)).toMatchObject({
      status,
      body: { error_code: code },
    });
    expect(kafka.records("t")).toEqual([]);
  });

  test("an illegal topic name fails every record", async () => {
    expect(await post(JSON_TYPE, { records: [{ value: 1 }] }, "/topics/a%20b")).toMatchObject({
      status: 200,
      body: { offsets: [failure(50002)] },
    });
  });
});

describe("Kafka's refusals", () => {
  test("a record over 1 MiB fails alone", async () => {
    const records = [{ value: "x".repeat(1024 * 1024) }, { value: 1, partition: 0 }];
    expect(await post(JSON_TYPE, { records })).toMatchObject({
      status: 200,
      body: { offsets: [failure(50002), one] },
    });
  });

  test.each([
    [new CodedError("KAFKA_RECORD_REFUSED", { message: "no key", retryable: false }), 50002],
    [new CodedError("KAFKA_UNAVAILABLE", { message: "no answer", retryable: true }), 50003],
  ])("%s becomes the record's entry", async (error, code) => {
    proxy = proxy && {
      ...proxy,
      producer: { waiting: 0, send: () => Promise.reject(error), close: async () => {} },
    };
    expect(await post(JSON_TYPE, { records: [{ value: 1 }] })).toMatchObject({
      status: 200,
      body: { offsets: [failure(code)] },
    });
  });

  test("before Kafka is reached: 503", async () => {
    proxy = undefined;
    expect(await post(JSON_TYPE, { records: [{ value: 1 }] })).toMatchObject({
      status: 503,
      body: { error_code: 50302 },
    });
  });
});

describe("Avro", () => {
  const R = JSON.stringify({ type: "record", name: "R", fields: [{ name: "a", type: "long" }] });
  const good = { value: { a: 1 }, partition: 0 };

  test("a schema's text is registered once; later its id will do", async () => {
    const first = await post(AVRO, { value_schema: R, key_schema: '"int"', records: [{ key: 1, ...good }] });
    expect(first.body).toEqual({ offsets: [one], key_schema_id: 1, value_schema_id: 2 });
    const again = await post(AVRO, { value_schema: R, key_schema: '"int"', records: [{ key: 1, ...good }] });
    expect(again.body).toMatchObject({ key_schema_id: 1, value_schema_id: 2 });
    const byId = await post(AVRO, { value_schema_id: 2, key_schema_id: 1, records: [{ key: 1, ...good }] });
    expect(byId.body).toMatchObject({ offsets: [{ offset: 2 }], key_schema_id: 1, value_schema_id: 2 });
    expect(new Set(stored().map(String))).toEqual(new Set(["\0\0\0\0\x01\x02,\0\0\0\0\x02\x02"]));
  });

  test("64 bits survive from the request to the bytes", async () => {
    await post(
      AVRO,
      `{"value_schema":${JSON.stringify(R)},"records":[{"value":{"a":9223372036854775807},"partition":0}]}`,
    );
    expect(kafka.records("t")[0]?.value?.subarray(5).toString("hex")).toBe("feffffffffffffffff01");
  });

  test("of a schema that is just bytes the raw bytes follow the header", async () => {
    await post(AVRO, { value_schema: '"bytes"', records: [{ value: "abc" }] });
    expect(stored()[0]?.[1]).toBe("\0\0\0\0\x01abc");
  });

  test.each<[string, object, number, number]>([
    ["a key without key schema", { value_schema: R, records: [{ key: 1, ...good }] }, 422, 42201],
    ["a value without value schema", { records: [good] }, 422, 42202],
    ["neither schema: the key is asked for first", { records: [{ key: 1, ...good }] }, 422, 42201],
    ["a schema that is none", { value_schema: "int", records: [good] }, 422, 42205],
    ["an unknown type", { value_schema: '"inte"', records: [good] }, 422, 42205],
    ["an empty schema", { value_schema: "", records: [good] }, 422, 42205],
    ["a datum that does not fit", { value_schema: R, records: [good, { value: { a: "1" } }] }, 400, 400],
    ["a default not filled in", { value_schema: R, records: [{ value: {} }] }, 400, 400],
    ["an unknown id", { value_schema_id: 99, records: [good] }, 422, 42207],
    ["a null under a schema without null", { value_schema: R, records: [{ value: null }] }, 400, 400],
    ["a key schema and no key", { key_schema: '"int"', value_schema: R, records: [good] }, 400, 400],
  ])("%s", async (_, body, status, code) => {
    expect(await post(AVRO, body)).toMatchObject({ status, type: V2, body: { error_code: code } });
    expect(stored()).toEqual([]);
  });

  test("a bad datum is told with its place", async () => {
    const { body } = await post(AVRO, { value_schema: R, records: [{ value: { a: 1.5 } }] });
    expect(body).toMatchObject({
      message: "Bad Request: the datum does not fit its schema: /a: expected a long, got 1.5",
    });
  });

  test("an id known under another subject only: 42207", async () => {
    await post(AVRO, { value_schema: R, records: [good] });
    expect(await post(AVRO, { key_schema_id: 1, records: [{ key: { a: 1 } }] })).toMatchObject({
      status: 422,
      body: { error_code: 42207 },
    });
  });

  test("a registry that refuses or is down: 42207, but a schema that is none: 42205", async () => {
    schemas.closed.add("t-value");
    expect(await post(AVRO, { value_schema: R, records: [good] })).toMatchObject({
      status: 422,
      body: { error_code: 42207 },
    });
    schemas.down = true;
    expect(await post(AVRO, { value_schema: R, records: [good] })).toMatchObject({
      status: 422,
      body: { error_code: 42207 },
    });
    expect(await post(AVRO, { value_schema: "{", records: [good] })).toMatchObject({
      status: 422,
      body: { error_code: 42205 },
    });
  });

  test("nulls without a schema, and under one that allows null, are null parts", async () => {
    expect((await post(AVRO, { records: [{}] })).body).toMatchObject({
      key_schema_id: null,
      value_schema_id: null,
    });
    const nullable = '["null","string"]';
    expect((await post(AVRO, { value_schema: nullable, records: [{}] })).body).toMatchObject({
      value_schema_id: 1,
    });
    expect(stored()).toEqual([
      [null, null],
      [null, null],
    ]);
  });
});

test("a topic that is missing is made where the brokers make such topics", async () => {
  const body = { records: [{ value: "AQ==" }] };
  expect(await post(BINARY, body, "/topics/new")).toMatchObject({ status: 404 });
  proxy = { ...(proxy as ProduceDependencies), cluster: await memoryCluster(kafka, { makesTopics: true }) };
  expect(await post(BINARY, body, "/topics/new")).toMatchObject({ status: 200, body: { offsets: [one] } });
  expect(kafka.records("new")).toHaveLength(1);
});
