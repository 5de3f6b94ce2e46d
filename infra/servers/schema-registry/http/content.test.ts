import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { type ScratchRegistry, scratchRegistry } from "../testing/scratch-registry.ts";

let registry: ScratchRegistry;
let kafka: ReturnType<typeof memoryKafka>;
beforeEach(async () => {
  kafka = memoryKafka();
  registry = await scratchRegistry(kafka);
});
afterEach(() => registry.close());

const refused = (code: number, message: RegExp) => ({
  error_code: code,
  message: expect.stringMatching(message) as unknown,
});
const post = (subject: string, body: object, query = "") =>
  registry.ask(`POST /subjects/${subject}/versions${query}`, body);
const get = async (path: string) => (await registry.ask(`GET ${path}`)).body;

const address =
  '{"type":"record","name":"Address","namespace":"acme","fields":[{"name":"city","type":"string"}]}';
const person =
  '{"type":"record","name":"Person","namespace":"acme","fields":[{"name":"home","type":"Address"}]}';
const toAddress = { name: "acme.Address", subject: "address", version: 1 };

test("an answer says all that a schema is, with an id that is the same in every registry", async () => {
  const guid = createHash("md5")
    .update('"int"')
    .digest("hex")
    .replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  const content = { guid, schemaType: "AVRO", schema: '"int"' };
  expect((await post("s", { schema: '"int"' })).body).toEqual({ id: 1, version: 1, ...content });
  expect((await post("s", { schema: '"int"' })).body).toEqual({ id: 1, version: 1, ...content });
  expect(await get("/schemas/ids/1")).toEqual({ ...content, ts: 0, deleted: false });
  expect(await get(`/schemas/guids/${guid}`)).toEqual(content);
  expect(await get(`/schemas/guids/${guid.toUpperCase()}/ids`)).toEqual([{ context: ".", id: 1 }]);
  expect(await get("/schemas/guids/none")).toEqual(refused(40403, /Schema none not found/));
});

test("which registry it is", async () => {
  expect(await get("/v1/metadata/deployment")).toEqual({ attributes: [] });
  expect(await get("/v1/metadata/id")).toEqual({
    id: "",
    scope: {
      path: [],
      clusters: { "kafka-cluster": "memory", "schema-registry-cluster": "schema-registry" },
    },
  });
  expect(await get("/v1/metadata/version")).toEqual({
    version: expect.any(String),
    commitId: expect.any(String),
  });
});

test("a schema that names another is resolved, known by its references, and holds the other", async () => {
  await post("address", { schema: address });
  expect((await post("person", { schema: person })).body).toEqual(refused(42201, /Address/));
  const named = { schema: person, references: [{ ...toAddress, version: -1 }] };
  expect((await post("person", named)).body).toMatchObject({ id: 2, references: [toAddress] });
  expect(await get("/subjects/person/versions/1")).toMatchObject({ references: [toAddress] });
  expect(await get("/schemas/ids/2")).toMatchObject({ references: [toAddress] });
  expect(await get("/subjects/address/versions/latest/referencedby")).toEqual([2]);
  expect((await registry.ask("POST /subjects/person", named)).body).toMatchObject({ version: 1, id: 2 });
  expect((await registry.ask("POST /subjects/person", { schema: person })).status).toBe(422);
  const held = refused(42206, /references exist to the schema .*subject=address,version=1/);
  expect((await registry.ask("DELETE /subjects/address/versions/1")).body).toEqual(held);
  expect((await registry.ask("DELETE /subjects/address")).body).toEqual(held);
  await registry.ask("DELETE /subjects/person");
  expect(await get("/subjects/address/versions/1/referencedby")).toEqual([]);
  expect(await get("/subjects/address/versions/1/referencedby?deleted=true")).toEqual([2]);
  expect((await registry.ask("DELETE /subjects/address/versions/1")).body).toBe(1);
  expect((await registry.ask("DELETE /subjects/address/versions/1?permanent=true")).body).toEqual(held);
  await registry.ask("DELETE /subjects/person?permanent=true");
  expect((await registry.ask("DELETE /subjects/address/versions/1?permanent=true")).body).toBe(1);
});

test("a reference that leads nowhere is refused by its subject and version", async () => {
  const body = { schema: person, references: [{ ...toAddress, version: 7 }] };
  expect((await post("person", body)).body).toEqual(refused(42201, /"address" and version 7/));
});

test("compatibility looks into what is referred to", async () => {
  await post("address", { schema: address });
  await registry.ask("PUT /config/address", { compatibility: "NONE" });
  await post("address", { schema: address.replace('"string"', '"int"') });
  const version = (n: number) => ({ schema: person, references: [{ ...toAddress, version: n }] });
  await post("person", version(1));
  expect((await post("person", version(2))).body).toEqual(refused(40901, /TYPE_MISMATCH/));
});

test("references of references are found, and survive a restart", async () => {
  await post("address", { schema: address });
  await post("person", { schema: person, references: [toAddress] });
  const pair =
    '{"type":"record","name":"Pair","namespace":"acme","fields":[{"name":"one","type":"Person"},{"name":"at","type":"Address"}]}';
  const body = { schema: pair, references: [{ name: "acme.Person", subject: "person", version: 1 }] };
  expect((await post("pair", body)).status).toBe(200);
  await registry.close();
  registry = await scratchRegistry(kafka);
  expect((await registry.ask("POST /subjects/pair", body)).body).toMatchObject({ version: 1 });
  expect(await get("/subjects/address/versions/1/referencedby")).toEqual([2]);
});

test("metadata and rules are kept, inherited by the next version, and part of a schema's identity", async () => {
  const metadata = { properties: { owner: "ops", b: 1 }, tags: { "**.city": ["PII"] }, sensitive: ["owner"] };
  const ruleSet = { domainRules: [{ name: "check", type: "CEL", kind: "CONDITION", expr: "true" }] };
  await post("s", { schema: '"int"' });
  const kept = {
    metadata: { ...metadata, properties: { b: "1", owner: "ops" } },
    ruleSet: { domainRules: [{ ...ruleSet.domainRules[0], mode: "WRITEREAD", disabled: false }] },
  };
  expect((await post("s", { schema: '"int"', metadata, ruleSet })).body).toMatchObject({
    id: 2,
    version: 2,
    ...kept,
  });
  expect((await post("s", { schema: '"long"' })).body).toMatchObject({ id: 3, version: 3, ...kept });
  expect((await post("s", { schema: " ", metadata: { properties: { owner: "qa" } } })).body).toMatchObject({
    ...{ id: 4, version: 4, schema: '"long"' },
    metadata: { properties: { owner: "qa" } },
  });
  await registry.close();
  registry = await scratchRegistry(kafka);
  expect(await get("/subjects/s/versions/3")).toMatchObject({ id: 3, ...kept });
  expect(await get("/subjects/s/metadata?key=owner&value=ops")).toMatchObject({ version: 3 });
  expect(await get("/subjects/s/metadata?key=owner&value=none")).toEqual(refused(40403, /not found/));
  expect((await registry.ask("POST /subjects/s", { schema: '"int"' })).body).toMatchObject({ version: 1 });
  expect((await registry.ask("POST /subjects/s", { schema: '"int"', metadata, ruleSet })).body).toMatchObject(
    { version: 2 },
  );
});

test.each([
  [
    { ruleSet: { domainRules: [{ name: "a", type: "CEL", mode: "UPGRADE" }] } },
    42210,
    /Domain rules can only be/,
  ],
  [{ ruleSet: { domainRules: [{ name: "a" }] } }, 42210, /Missing rule type/],
  [{ ruleSet: { domainRules: [{ name: "9", type: "CEL" }] } }, 42210, /Illegal character/],
  [{ ruleSet: { domainRules: 7 } }, 42210, /domainRules/],
  [{ metadata: { properties: [] } }, 422, /metadata/],
  [{ schemaTagsToAdd: [{}] }, 42201, /schemaTagsToAdd/],
])("%j is refused by name, not dropped", async (more, code, message) => {
  expect((await post("s", { schema: '"int"', ...more })).body).toEqual(refused(code, message));
});

test("JSON Schema: stored, found, versioned and compared", async () => {
  const json = (properties: object, required: string[] = []) => ({
    schemaType: "JSON",
    schema: JSON.stringify({ type: "object", properties, required, additionalProperties: false }),
  });
  expect((await post("j", json({ a: { type: "string" } }))).body).toMatchObject({
    id: 1,
    schemaType: "JSON",
  });
  expect((await post("j", json({ a: { type: "string" }, b: { type: "integer" } }))).body).toMatchObject({
    id: 2,
    version: 2,
  });
  expect((await post("j", json({ a: { type: "integer" } }))).body).toEqual(
    refused(40901, /TYPE_CHANGED.*properties\/a/),
  );
  expect((await post("j", { schema: '"int"' })).body).toEqual(refused(40901, /different schema type/));
  expect((await post("j", { schemaType: "JSON", schema: '{"type":"strin"}' })).body).toEqual(
    refused(42201, /"strin".*known are/),
  );
  expect((await post("j", { schemaType: "JSON", schema: '{"$ref":"x.json"}' })).body).toEqual(
    refused(42201, /"x.json".*leads nowhere/),
  );
  const other = {
    schemaType: "JSON",
    schema: '{"$ref":"a.json#/properties/a"}',
    references: [{ name: "a.json", subject: "j", version: 1 }],
  };
  expect((await post("k", other)).body).toMatchObject({ schemaType: "JSON", references: other.references });
  const unordered = { schemaType: "JSON", schema: '{"type":"string","maxLength":3}' };
  expect((await post("n", unordered, "?normalize=true")).body).toMatchObject({
    schema: '{"maxLength":3,"type":"string"}',
  });
});

test("Protobuf: stored, found, versioned and compared", async () => {
  const proto = (fields: string) => ({
    schemaType: "PROTOBUF",
    schema: `syntax = "proto3"; /* c */ package acme;\nmessage M { ${fields} }`,
  });
  const laidOut = 'syntax = "proto3";\npackage acme;\n\nmessage M {\n  string a = 1;\n}\n';
  expect((await post("p", proto("string a = 1;"))).body).toMatchObject({
    id: 1,
    schemaType: "PROTOBUF",
    schema: laidOut,
  });
  expect((await post("p", { schemaType: "PROTOBUF", schema: laidOut })).body).toMatchObject({
    id: 1,
    version: 1,
  });
  expect((await post("p", proto("string a = 1; int32 b = 2;"))).body).toMatchObject({ id: 2, version: 2 });
  expect((await post("p", proto("int32 a = 1;"))).body).toEqual(refused(40901, /FIELD_SCALAR_KIND_CHANGED/));
  expect((await post("p", proto("Gone a = 1;"))).body).toEqual(refused(42201, /Gone/));
  expect((await post("p", proto("int32 a = ;"))).body).toEqual(refused(42201, /./));
  const user = {
    schemaType: "PROTOBUF",
    schema: 'syntax = "proto3"; import "m.proto"; message U { acme.M m = 1; }',
  };
  expect((await post("u", user)).body).toEqual(refused(42201, /"m.proto" leads nowhere/));
  const references = [{ name: "m.proto", subject: "p", version: 1 }];
  expect((await post("u", { ...user, references })).body).toMatchObject({ references });
});

test("a Protobuf schema goes in and out as a descriptor, and is the same schema", async () => {
  const schemaType = "PROTOBUF";
  const text = 'syntax = "proto3";\npackage a;\n\nmessage M {\n  string f = 1;\n}\n';
  const sent = (await post("s", { schemaType, schema: text })).body as { guid: string };
  for (const place of ["/schemas/ids/1", "/subjects/s/versions/1"]) {
    const { schema, guid } = (await get(`${place}?format=serialized`)) as { schema: string; guid: string };
    expect(guid).toBe(sent.guid);
    expect((await post("t", { schemaType, schema })).body).toMatchObject({ id: 1, schema: text });
    expect((await registry.ask("POST /subjects/s", { schemaType, schema })).body).toMatchObject({ id: 1 });
  }
  const custom =
    'syntax = "proto3"; import "google/protobuf/descriptor.proto"; extend google.protobuf.FieldOptions { string o = 50000; } message M { int32 a = 1 [(o) = "x"]; }';
  await post("u", { schemaType, schema: custom });
  expect(await get("/schemas/ids/2?format=serialized")).toEqual(
    refused(42205, /serialized is not supported by this registry for the option \(o\)/),
  );
});

test("every answer with a schema has it in the format that is asked for", async () => {
  await post("address", { schema: address });
  const { guid } = (await post("person", { schema: person, references: [toAddress] })).body as {
    guid: string;
  };
  const whole = expect.stringContaining('"city"') as unknown;
  for (const place of ["/schemas/ids/2", `/schemas/guids/${guid}`, "/subjects/person/versions/1"])
    expect(await get(`${place}?format=resolved`)).toMatchObject({ schema: whole });
  const body = { schema: person, references: [toAddress] };
  expect((await registry.ask("POST /subjects/person?format=resolved", body)).body).toMatchObject({
    schema: whole,
  });
  expect((await post("person", body, "?format=resolved")).body).toMatchObject({ schema: whole, guid });
  for (const place of ["/schemas/ids/2/schema", "/subjects/person/versions/1/schema"])
    expect(JSON.stringify(await get(`${place}?format=resolved`))).toContain("city");
});

test("schemas with a rule of some type; versions that are softly deleted, as negative numbers", async () => {
  await registry.ask("PUT /config", { compatibility: "NONE" });
  const ruleSet = { migrationRules: [{ name: "r", type: "T", mode: "UPGRADE" }] };
  await post("s", { schema: '"int"', ruleSet });
  await post("s", { schema: '"long"', ruleSet: {} });
  expect(await get("/schemas?ruleType=T")).toMatchObject([{ version: 1 }]);
  expect(await get("/schemas?ruleType=U")).toEqual([]);
  await registry.ask("DELETE /subjects/s/versions/1");
  expect(await get("/subjects/s/versions?deletedAsNegative=true")).toEqual([-1, 2]);
});
