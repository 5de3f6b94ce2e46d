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

const ask = (line: string, body?: unknown) => registry.ask(line, body);
const body = async (line: string, sent?: unknown) => (await ask(line, sent)).body;
const refused = (code: number) => ({ body: { error_code: code } });
const post = (subject: string, schema: string, more: object = {}) =>
  body(`POST /subjects/${subject}/versions`, { schema, ...more });
const record = (...fields: unknown[]) => JSON.stringify({ type: "record", name: "R", fields });
const [a, b] = [
  { name: "a", type: "string" },
  { name: "b", type: "string" },
];
const property = (name: string, value: string) => ({ metadata: { properties: { [name]: value } } });

test("what a configuration leaves out stays as it is, and null clears it; a restart keeps it", async () => {
  expect(await body("PUT /config", { compatibilityGroup: "g", validateFields: true })).toEqual({
    compatibilityGroup: "g",
    validateFields: true,
  });
  const left = { compatibility: "FULL", validateFields: true };
  expect(await body("PUT /config", { compatibilityGroup: null, compatibility: "FULL" })).toEqual(left);
  const rules = { domainRules: [{ name: "r", type: "CEL" }] };
  await ask("PUT /config/s", { alias: "t", defaultRuleSet: rules, overrideMetadata: { sensitive: ["x"] } });
  const own = {
    alias: "t",
    defaultRuleSet: {
      domainRules: [{ name: "r", type: "CEL", kind: "TRANSFORM", mode: "WRITEREAD", disabled: false }],
    },
    overrideMetadata: { sensitive: ["x"] },
  };
  expect(await body("GET /config/s")).toEqual(own);
  await registry.close();
  registry = await scratchRegistry(kafka);
  expect(await body("GET /config")).toEqual({ compatibilityLevel: "FULL", validateFields: true });
  expect(await body("GET /config/s")).toEqual(own);
  expect(await body("GET /config/s?defaultToGlobal=true")).toEqual({
    ...own,
    compatibilityLevel: "FULL",
    validateFields: true,
  });
  expect(await ask("PUT /config/s", { defaultRuleSet: { domainRules: [{ name: "" }] } })).toMatchObject(
    refused(42210),
  );
});

test("only versions of one compatibility group must fit each other", async () => {
  await ask("PUT /config", { compatibilityGroup: "application.version" });
  await post("s", record(a), property("application.version", "1"));
  expect(await post("s", record(a, b))).toMatchObject({ error_code: 40901 });
  const other = property("application.version", "2");
  const line = "POST /compatibility/subjects/s/versions/latest";
  expect(await body(line, { schema: record(a, b), ...other })).toEqual({ is_compatible: true });
  expect(await post("s", record(a, b), other)).toMatchObject({ version: 2 });
});

test("metadata and rules that are set lie beneath and above a schema's own", async () => {
  const rules = (name: string) => ({ domainRules: [{ name, type: "CEL" }] });
  await ask("PUT /config", {
    defaultMetadata: { properties: { team: "ops", tier: "1" }, tags: { "**.a": ["PII"] } },
    overrideMetadata: { properties: { region: "eu" } },
    defaultRuleSet: rules("first"),
    overrideRuleSet: rules("last"),
  });
  const sent = { metadata: { properties: { tier: "2", region: "us" } }, ruleSet: rules("own") };
  const kept = {
    metadata: { properties: { region: "eu", team: "ops", tier: "2" }, tags: { "**.a": ["PII"] } },
    ruleSet: { domainRules: ["first", "own", "last"].map((name) => expect.objectContaining({ name })) },
  };
  expect(await post("s", record(a), sent)).toMatchObject({ id: 1, version: 1, ...kept });
  expect(await post("s", record(a), sent)).toMatchObject({ id: 1, version: 1, ...kept });
  expect(await body("POST /subjects/s", { schema: record(a), ...sent })).toMatchObject({ version: 1 });
  expect(await body("GET /schemas/ids/1?subject=s")).toMatchObject(kept);
});

test("a reserved field is not used, and stays reserved, where that is asked for", async () => {
  const reserved = (names: string) => property("confluent:reserved", names);
  await ask("PUT /config", { validateFields: true });
  expect(await post("s", record(a), reserved("b, a"))).toMatchObject({
    error_code: 40901,
    message: expect.stringMatching(/conflicts with the reserved field a.*\{validateFields: 'true'/),
  });
  expect(await post("s", record(a), reserved("b"))).toMatchObject({ version: 1 });
  expect(await post("s", record(a), reserved("c"))).toMatchObject({
    message: expect.stringMatching(/no longer reserves field b/),
  });
  const json = { schemaType: "JSON", ...reserved("a") };
  expect(await post("j", '{"type":"object","properties":{"a":{}}}', json)).toMatchObject({
    error_code: 40901,
  });
  const message = { schemaType: "PROTOBUF", ...reserved("a") };
  expect(await post("p", 'syntax = "proto3"; message M { int32 a = 1; }', message)).toMatchObject({
    error_code: 40901,
  });
  await ask("PUT /config/s", { validateFields: false });
  expect(await post("s", record(a), reserved("a"))).toMatchObject({ version: 2 });
});

test("without the check of new schemas, names and defaults are taken as they are, and stay readable", async () => {
  const odd = JSON.stringify({
    type: "record",
    name: "R",
    namespace: "a-bad.name",
    fields: [
      { name: "a", type: "int", default: "x" },
      { name: "e", type: { type: "enum", name: "E", symbols: ["A-B"] } },
      { name: "more", type: { type: "array", items: "a-bad.name.E" }, default: [] },
    ],
  });
  expect(await post("s", odd)).toMatchObject({ error_code: 42201 });
  expect(await ask("POST /compatibility/subjects/s/versions/latest", { schema: odd })).toMatchObject(
    refused(42201),
  );
  expect(await body("PUT /config", { validateNewSchemas: false })).toEqual({ validateNewSchemas: false });
  expect(await body("POST /compatibility/subjects/s/versions/latest", { schema: odd })).toEqual({
    is_compatible: true,
  });
  expect(await post("s", odd)).toMatchObject({ id: 1, schema: odd.replace('"a-bad.name.E"', '"E"') });
  await ask("PUT /config", { validateNewSchemas: null });
  expect(await post("s", odd)).toMatchObject({ id: 1 });
  // The default counts, whatever it is: a reader without the field in its data has something to fall back on.
  await ask("PUT /config", { compatibility: "FORWARD", validateNewSchemas: false });
  expect(await post("s", odd.replace('{"name":"a","type":"int","default":"x"},', ""))).toMatchObject({
    id: 2,
  });
  expect(await post("s", "{")).toMatchObject({ error_code: 42201 });
});

test("an alias stands for another subject", async () => {
  await post("s", record(a));
  await post("other", record(b));
  await ask("PUT /config/t%2Fu", { alias: "s" });
  await ask("PUT /config", { alias: "nobody" });
  expect(await body("GET /subjects/t%2Fu/versions/1")).toMatchObject({ subject: "s", id: 1 });
  expect(await body("POST /subjects/t%2Fu", { schema: record(a) })).toMatchObject({ subject: "s" });
  expect(await body("GET /schemas/ids/1?subject=t%2Fu")).toMatchObject({ subject: "s", version: 1 });
  expect(await body("GET /subjects/s/versions")).toEqual([1]);
  expect(await body("GET /schemas?subjectPrefix=t")).toEqual([]);
  await ask("PUT /config/t2", { alias: "s" });
  expect(await body("GET /schemas?subjectPrefix=t&aliases=true")).toMatchObject([
    { subject: "s", aliases: ["t/u", "t2"] },
  ]);
  await ask("PUT /config/t2", { alias: null });
  expect(await ask("GET /subjects/t2/versions")).toMatchObject(refused(40401));
});
