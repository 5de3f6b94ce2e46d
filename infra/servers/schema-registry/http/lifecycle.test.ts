import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { type Answer, type ScratchRegistry, scratchRegistry } from "../testing/scratch-registry.ts";

let registry: ScratchRegistry;
beforeEach(async () => {
  registry = await scratchRegistry(memoryKafka());
});
afterEach(() => registry.close());

const ask = (line: string, body?: unknown): Promise<Answer> => registry.ask(line, body);
const body = async (line: string, sent?: unknown): Promise<unknown> => (await ask(line, sent)).body;
const record = (name: string, ...fields: object[]): string =>
  JSON.stringify({ type: "record", name, namespace: "ns", fields });
const a = { name: "a", type: "int" };
const refused = (error_code: number) => ({ body: { error_code } });

async function versions(subject: string, ...schemas: readonly string[]): Promise<void> {
  await ask(`PUT /config/${subject}`, { compatibility: "NONE" });
  for (const schema of schemas) await ask(`POST /subjects/${subject}/versions`, { schema });
}

describe("a schema that comes again after its version was softly deleted", () => {
  const user = ['"int"', record("User", a)] as const;

  test("takes the old version's place", async () => {
    await versions("s", ...user);
    await ask("DELETE /subjects/s/versions/1");
    await ask("DELETE /subjects/s/versions/2");
    expect(await body("POST /subjects/s/versions", { schema: user[1] })).toMatchObject({ id: 2, version: 3 });
    expect(await ask("GET /subjects/s/versions/2?deleted=true")).toMatchObject(refused(40402));
    expect(await body("GET /subjects/s/versions?deleted=true")).toEqual([1, 3]);
  });

  test("leaves it where others build on it, deleted ones too", async () => {
    await versions("s", ...user);
    const references = [{ name: "ns.User", subject: "s", version: 2 }];
    const schema = record("Order", { name: "user", type: "User" });
    await ask("POST /subjects/order/versions", { schema, references });
    await ask("DELETE /subjects/order/versions/1");
    await ask("DELETE /subjects/s");
    await ask("POST /subjects/s/versions", { schema: user[1] });
    expect(await body("GET /subjects/s/versions/2?deleted=true")).toMatchObject({ id: 2, deleted: true });
    expect(await body("GET /subjects/s/versions/2/referencedby?deleted=true")).toEqual([3]);
  });
});

test("a subject's own level goes with its last version", async () => {
  await versions("s", '"int"', '"long"');
  await ask("DELETE /subjects/s/versions/1");
  expect(await body("GET /config/s")).toEqual({ compatibilityLevel: "NONE" });
  await ask("DELETE /subjects/s/versions/latest");
  expect(await ask("GET /config/s")).toMatchObject(refused(40408));
});

test("deletedOnly lists subjects without a live version", async () => {
  await versions("both", '"int"', '"long"');
  await versions("gone", '"int"');
  await ask("DELETE /subjects/both/versions/1");
  await ask("DELETE /subjects/gone");
  expect(await body("GET /subjects?deletedOnly=true")).toEqual(["gone"]);
});

describe.each([
  ["AVRO", record("R", a)],
  ["JSON", '{"type":"object","properties":{"a":{"type":"integer"}}}'],
  ["PROTOBUF", 'syntax = "proto3";\n\nmessage R {\n  int32 a = 1;\n}\n'],
])("a version asked for by number, %s", (schemaType, schema) => {
  const sent = (version?: number, properties?: object) => ({
    ...{ schema, schemaType },
    ...(version === undefined ? {} : { version }),
    ...(properties ? { metadata: { properties } } : {}),
  });
  const register = (...of: Parameters<typeof sent>) => body("POST /subjects/s/versions", sent(...of));
  const found = async (properties?: object) => {
    const { version, metadata } = (await body("POST /subjects/s", sent(undefined, properties))) as {
      readonly version: number;
      readonly metadata?: { readonly properties: Readonly<Record<string, string>> };
    };
    return [version, metadata?.properties["confluent:version"]];
  };
  const counted = (version: number | string) => ({ "confluent:version": String(version) });

  test("is made also of a schema that is there, and carries its number", async () => {
    expect(await register()).toMatchObject({ id: 1, version: 1 });
    expect(await register(-1)).toMatchObject({ id: 1, version: 1 });
    expect(await register(2)).toMatchObject({ id: 2, version: 2, metadata: { properties: counted(2) } });
    expect(await register(-1)).toMatchObject({ id: 2 });
    expect(await register(2)).toMatchObject({ error_code: 42201 });
    expect(await register(4)).toMatchObject({ error_code: 42201 });
    expect(await register(undefined, counted(0))).toMatchObject({
      version: 3,
      metadata: { properties: counted(3) },
    });
    expect(await register(undefined, { own: "x" })).toMatchObject({ version: 4 });
    expect(await register(-1)).toMatchObject({ version: 5 });
  });

  test("is found with its number or without", async () => {
    for (const version of [1, 2]) await register(version === 1 ? undefined : version);
    expect(await found()).toEqual([1, undefined]);
    expect(await found(counted(1))).toEqual([1, undefined]);
    expect(await found(counted(2))).toEqual([2, "2"]);
    await ask("DELETE /subjects/s/versions/1");
    expect(await found()).toEqual([2, "2"]);
    expect(await register()).toMatchObject({ id: 2, version: 2 });
  });
});

describe("modes", () => {
  test("null and DELETE take one away, for all subjects and for one", async () => {
    await ask("PUT /mode", { mode: "READONLY" });
    expect(await body("PUT /mode", { mode: null })).toEqual({ mode: null });
    expect(await body("GET /mode")).toEqual({ mode: "READWRITE" });
    await ask("PUT /mode", { mode: "READONLY" });
    expect(await body("DELETE /mode")).toEqual({ mode: "READONLY" });
    expect(await body("GET /mode")).toEqual({ mode: "READWRITE" });
    await ask("PUT /mode/s", { mode: "READONLY" });
    await ask("PUT /mode/s", { mode: null });
    expect(await ask("GET /mode/s")).toMatchObject(refused(40409));
  });

  test("a copy keeps its text, and may replace what only it holds", async () => {
    await ask("PUT /mode", { mode: "IMPORT" });
    const schema = '{"type":"fixed","name":"F","size":1,"z":1,"a":2}';
    const sent = { schema, id: 7, version: 1 };
    await ask("POST /subjects/s/versions?normalize=true", sent);
    expect(await body("GET /schemas/ids/7")).toMatchObject({ schema });
    await ask("DELETE /subjects/s");
    const metadata = { properties: { owner: "x" } };
    expect((await ask("POST /subjects/s/versions", { ...sent, metadata })).status).toBe(200);
    expect(await body("GET /schemas/ids/7")).toMatchObject({ schema, metadata });
    await ask("POST /subjects/t/versions", { ...sent, metadata });
    expect(await ask("POST /subjects/s/versions", sent)).toMatchObject(refused(42205));
  });
});

describe("contexts", () => {
  const schema = '"int"';
  test("the default one may be named", async () => {
    await ask("POST /subjects/:.:s/versions", { schema });
    expect(await body("GET /subjects")).toEqual(["s"]);
    expect(await body("GET /subjects?subjectPrefix=:*:")).toEqual(["s"]);
    expect(await body("GET /subjects/:.:s/versions/1")).toMatchObject({ subject: "s", version: 1 });
    expect(await body("GET /contexts?offset=1")).toEqual([]);
  });

  test("what is set for the default one is set for all", async () => {
    await ask("PUT /config", { compatibility: "FORWARD" });
    expect(await body("GET /config/:.:")).toEqual({ compatibilityLevel: "FORWARD" });
    await ask("PUT /config/:.:", { compatibility: "NONE" });
    expect(await body("GET /config")).toEqual({ compatibilityLevel: "NONE" });
    await ask("PUT /mode/:.:", { mode: "READONLY" });
    expect(await body("GET /mode")).toEqual({ mode: "READONLY" });
    expect(await body("DELETE /mode/:.:")).toEqual({ mode: "READONLY" });
    expect(await body("GET /mode/:.:")).toEqual({ mode: "READWRITE" });
  });

  test.each([
    ["POST /subjects/:.other:s/versions", { schema }],
    ["GET /subjects/:.other:s/versions", undefined],
    ["PUT /config/:.other:", { compatibility: "NONE" }],
    ["PUT /mode/:.other:", { mode: "READONLY" }],
    ["POST /subjects/s/versions", { schema, references: [{ name: "x", subject: ":.other:x", version: 1 }] }],
  ])("others are refused, never taken for names: %s", async (line, sent) => {
    expect(await ask(line, sent)).toMatchObject({ status: 422, ...refused(42205) });
    expect(await body("GET /subjects?deleted=true")).toEqual([]);
  });
});

describe("references", () => {
  const inner = record("Inner", a);
  const named = (subject: string, version = 1) => [{ name: "ns.Inner", subject, version }];

  test("a name may stand in an object of its own", async () => {
    await versions("inner", inner);
    const schema = record("Outer", { name: "i", type: { type: "ns.Inner" } });
    const sent = { schema, references: named("inner") };
    expect((await ask("POST /subjects/outer/versions", sent)).status).toBe(200);
  });

  test("of a name that several bring along, the first counts", async () => {
    await versions("inner", inner, record("Inner", { ...a, type: "long" }));
    const middle = record("Middle", { name: "i", type: "Inner" });
    await ask("POST /subjects/middle/versions", { schema: middle, references: named("inner", 2) });
    const root = record("Root", { name: "i", type: "Inner" }, { name: "m", type: "Middle" });
    const references = [...named("inner"), { name: "ns.Middle", subject: "middle", version: 1 }];
    expect((await ask("POST /subjects/root/versions", { schema: root, references })).status).toBe(200);
  });

  test("a schema is found by its text with everything in its place, which format=resolved shows", async () => {
    await versions("inner", inner);
    const outer = record("Outer", { name: "i", type: "Inner" }, { name: "j", type: ["null", "Inner"] });
    await ask("POST /subjects/outer/versions", { schema: outer, references: named("inner") });
    const schema = record(
      "Outer",
      { name: "i", type: { type: "record", name: "Inner", fields: [a] } },
      { name: "j", type: ["null", "Inner"] },
    );
    expect(await body("POST /subjects/outer", { schema })).toMatchObject({ version: 1 });
    expect(await body("GET /subjects/outer/versions/1?format=resolved")).toMatchObject({ schema });
    expect(await body("GET /schemas/ids/2?format=resolved")).toMatchObject({ schema });
    expect(await body("GET /schemas/ids/2")).toMatchObject({ schema: outer });
    const other = schema.replace('"int"', '"long"');
    expect(await ask("POST /subjects/outer", { schema: other })).toMatchObject(refused(40403));
  });
});

test("a new schema builds on no version that is softly deleted", async () => {
  await versions("inner", record("Inner", a));
  await ask("DELETE /subjects/inner");
  const schema = record("Outer", { name: "i", type: "ns.Inner" });
  const sent = { schema, references: [{ name: "ns.Inner", subject: "inner", version: 1 }] };
  expect(await ask("POST /subjects/outer/versions", sent)).toMatchObject(refused(42201));
  expect(await ask("POST /compatibility/subjects/outer/versions", sent)).toMatchObject(refused(42201));
});

test("?force=true registers what does not fit", async () => {
  await versions("s", record("R", a));
  await ask("PUT /config/s", { compatibility: "BACKWARD" });
  const other = { schema: record("R", { ...a, type: "string" }) };
  expect(await ask("POST /subjects/s/versions", other)).toMatchObject(refused(40901));
  expect(await body("POST /subjects/s/versions?force=true", other)).toMatchObject({ version: 2 });
});

test("a subject may be set to take every schema in an order that does not depend on its author", async () => {
  const sent = { schema: record("R", { ...a, z: 1, b: 2 }) };
  const sorted = { schema: record("R", { ...a, b: 2, z: 1 }) };
  expect(await body("PUT /config/s", { normalize: true })).toEqual({ normalize: true });
  expect(await body("GET /config/s")).toEqual({ normalize: true });
  expect(await body("GET /config/s?defaultToGlobal=true")).toEqual({
    compatibilityLevel: "BACKWARD",
    normalize: true,
  });
  expect(await body("POST /subjects/s/versions", sent)).toMatchObject(sorted);
  expect(await body("POST /subjects/s", sent)).toMatchObject({ version: 1 });
  expect(await body("POST /subjects/t/versions", sent)).toMatchObject(sent);
  await ask("PUT /config/s", { compatibility: "NONE" });
  expect(await body("DELETE /config/s")).toEqual({ compatibilityLevel: "NONE", normalize: true });
  expect(await ask("GET /config/s")).toMatchObject(refused(40408));
});

test("a check for reasons tells also that the schema is none", async () => {
  const line = "POST /compatibility/subjects/s/versions";
  const schema = record("R", { ...a, default: "x" });
  expect(await ask(line, { schema })).toMatchObject(refused(42201));
  expect(await body(`${line}?verbose=true`, { schema })).toMatchObject({
    is_compatible: false,
    messages: [expect.stringMatching(/^Invalid schema/)],
  });
});
