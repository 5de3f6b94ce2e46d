import { afterEach, beforeEach, expect, test } from "vitest";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { type ScratchRegistry, scratchRegistry } from "../testing/scratch-registry.ts";

let registry: ScratchRegistry;
beforeEach(async () => {
  registry = await scratchRegistry(memoryKafka());
});
afterEach(() => registry.close());

const body = async (line: string, sent?: unknown) => (await registry.ask(line, sent)).body;
const post = (schema: string, more: object = {}) => body("POST /subjects/s/versions", { schema, ...more });
const tag = (more: object, version: number | string = "latest") =>
  body(`POST /subjects/s/versions/${version}/tags`, more);
const at = (entityPath: string, ...tags: string[]) => ({
  schemaEntity: { entityPath, entityType: /\.f\d$/.test(entityPath) ? "sr_field" : "sr_record" },
  tags,
});
const invalid = (message: RegExp) => ({ error_code: 42201, message: expect.stringMatching(message) });

const plain = '{"type":"record","name":"R","namespace":"n","fields":[{"name":"f1","type":"string"}]}';
const tagged = (...tags: string[]) => `${plain.slice(0, -1)},"confluent:tags":${JSON.stringify(tags)}}`;

test("tags are written into the schema, which becomes the next version and says its number", async () => {
  await post(plain);
  const second = { id: 2, version: 2, schema: tagged("A", "B") };
  expect(await post(plain, { version: 2, schemaTagsToAdd: [at("n.R", "A", "B")] })).toMatchObject(second);
  expect(await body("GET /subjects/s/versions/latest?findTags=*")).toMatchObject({
    metadata: { properties: { "confluent:version": "2" } },
    schemaTags: [at("n.R", "A", "B")],
  });
  const third = await post(tagged("A", "B"), { schemaTagsToRemove: [at("R", "B")] });
  expect(third).toMatchObject({ id: 3, version: 3, schema: tagged("A") });
  expect(await body("GET /schemas/ids/3?findTags=A")).toMatchObject({ schemaTags: [at("n.R", "A")] });
  expect(await body("GET /schemas/ids/3?findTags=B")).not.toHaveProperty("schemaTags");
});

test("the next schema may take over the tags", async () => {
  await post(plain, { schemaTagsToAdd: [at("n.R.f1", "A"), at("n.R.f1", "B")] });
  const next = plain.replace("]}", ',{"name":"f2","type":"int","default":0}]}');
  expect(await post(next, { propagateSchemaTags: true })).toMatchObject({
    schema: next.replace('"type":"string"', '"type":"string","confluent:tags":["A","B"]'),
  });
});

test("a version is tagged in place", async () => {
  await post(plain);
  expect(await tag({ newVersion: 2, tagsToAdd: [at("R.f1", "A")] })).toMatchObject({ id: 2, version: 2 });
  expect(await tag({ tagsToRemove: [at("n.R.f1", "A")], tagsToAdd: [at("R", "B")] })).toMatchObject({
    version: 3,
    schema: tagged("B"),
    metadata: { properties: { "confluent:version": "3" } },
  });
  expect(await tag({ newVersion: 1, tagsToAdd: [at("R", "C")] }, 1)).toMatchObject(invalid(/one more/));
  expect(await tag({ tagsToAdd: [at("no.where.f1", "C")] })).toMatchObject(
    invalid(/No matching path 'no.where.f1' found in the schema/),
  );
  expect(await tag({}, 9)).toMatchObject({ error_code: 40402 });
  expect(await body("POST /subjects/none/versions/1/tags", {})).toMatchObject({ error_code: 40401 });
});

test("rules are merged with those of the version before", async () => {
  const rule = (name: string, type = "T") => ({ name, type });
  await post(plain);
  await tag({ rulesToMerge: { domainRules: [rule("a"), rule("b"), rule("c")] } });
  const merged = await tag({
    rulesToMerge: { domainRules: [rule("d"), rule("b", "U")] },
    rulesToRemove: ["a"],
  });
  expect(merged).toMatchObject({
    version: 3,
    ruleSet: { domainRules: [rule("c"), rule("d"), rule("b", "U")] },
  });
  expect(await tag({ ruleSet: {}, rulesToRemove: ["a"] })).toMatchObject({ error_code: 42210 });
});

test("objects and properties of a JSON Schema are tagged, Protobuf's messages are refused by name", async () => {
  const schemaType = "JSON";
  const schema = '{"type":"object","properties":{"f1":{"type":"array","items":{"type":"object"}}}}';
  const schemaTagsToAdd = [at("object.f1", "A"), at("object.f1.array.object", "B")];
  const items = { type: "object", "confluent:tags": ["B"] };
  const properties = { f1: { type: "array", items, "confluent:tags": ["A"] } };
  const answer = (await post(schema, { schemaType, schemaTagsToAdd })) as { schema: string };
  expect(JSON.parse(answer.schema)).toEqual({ type: "object", properties });
  expect(await body("GET /schemas/ids/1?findTags=*")).toMatchObject({
    schemaTags: expect.arrayContaining(schemaTagsToAdd),
  });
  const message = { schemaType: "PROTOBUF", schemaTagsToAdd: [at("M.f1", "A")] };
  expect(await post('syntax = "proto3"; message M { int32 f1 = 1; }', message)).toMatchObject(
    invalid(/tags of Protobuf schemas are not supported/),
  );
});
