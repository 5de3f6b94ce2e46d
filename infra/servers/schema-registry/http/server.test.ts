import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { memoryKafka } from "../../../runtime/kafka/testing/memory.ts";
import { type ScratchRegistry, scratchRegistry } from "../testing/scratch-registry.ts";

let registry: ScratchRegistry;
beforeEach(async () => {
  registry = await scratchRegistry(memoryKafka());
});
afterEach(() => registry.close());

const fields = (...names: string[]) => names.map((name) => ({ name, type: "int" }));
const R = (...names: string[]): string =>
  JSON.stringify({ type: "record", name: "R", fields: fields(...names) });
const one = { schema: R("a") };
/** Compatible with `one`: a field dropped. */
const two = { schema: R() };
/** Not compatible with `one`: a field without default. */
const bad = { schema: R("a", "b") };

type Step = readonly [line: string, body: unknown, status: number, answer: unknown];
const refused = (code: number, message: string | RegExp): unknown => ({
  error_code: code,
  message: expect.stringMatching(message) as unknown,
});

const TABLES: Record<string, readonly Step[]> = {
  "register and read": [
    ["GET /subjects", undefined, 200, []],
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", two, 200, { id: 2 }],
    ["POST /subjects/t/versions", one, 200, { id: 1 }],
    ["POST /subjects/t/versions", { schema: '"string"' }, 409, refused(40901, /TYPE_MISMATCH/)],
    ["POST /subjects/u/versions", { schema: '{"type":"string"}' }, 200, { id: 3 }],
    ["GET /subjects", undefined, 200, ["s", "t", "u"]],
    ["GET /subjects?subjectPrefix=t", undefined, 200, ["t"]],
    ["GET /subjects/s/versions", undefined, 200, [1, 2]],
    ["GET /subjects/s/versions/1", undefined, 200, { subject: "s", version: 1, id: 1, schema: R("a") }],
    ["GET /subjects/s/versions/latest", undefined, 200, { subject: "s", version: 2, id: 2, schema: R() }],
    ["GET /subjects/s/versions/-1", undefined, 200, { subject: "s", version: 2, id: 2, schema: R() }],
    ["GET /subjects/s/versions/2/schema", undefined, 200, JSON.parse(R())],
    ["GET /subjects/s/versions/2/referencedby", undefined, 200, []],
    ["GET /schemas/ids/1", undefined, 200, { schema: R("a"), deleted: false }],
    ["GET /schemas/ids/1?fetchMaxId=true", undefined, 200, { schema: R("a"), maxId: 3, deleted: false }],
    [
      "GET /schemas/ids/1?subject=t",
      undefined,
      200,
      { schema: R("a"), subject: "t", version: 1, deleted: false },
    ],
    ["GET /schemas/ids/1?subject=other", undefined, 200, { schema: R("a"), deleted: false }],
    ["GET /schemas/ids/3", undefined, 200, { schema: '"string"', deleted: false }],
    ["GET /schemas/ids/3/schema", undefined, 200, "string"],
    ["GET /schemas/ids/1/subjects", undefined, 200, ["s", "t"]],
    [
      "GET /schemas/ids/1/versions",
      undefined,
      200,
      [
        { subject: "s", version: 1 },
        { subject: "t", version: 1 },
      ],
    ],
    [
      "GET /schemas?latestOnly=true&subjectPrefix=s",
      undefined,
      200,
      [{ subject: "s", version: 2, id: 2, schema: R() }],
    ],
    ["GET /schemas/types", undefined, 200, ["JSON", "PROTOBUF", "AVRO"]],
    ["GET /contexts", undefined, 200, ["."]],
    ["GET /", undefined, 200, {}],
  ],
  "what is not there": [
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["GET /subjects/x/versions", undefined, 404, refused(40401, "Subject 'x' not found.")],
    ["GET /subjects/x/versions/1", undefined, 404, refused(40401, "Subject 'x' not found.")],
    ["GET /subjects/x/versions/latest", undefined, 404, refused(40401, "Subject 'x' not found.")],
    ["GET /subjects/s/versions/2", undefined, 404, refused(40402, "Version 2 not found.")],
    ["GET /schemas/ids/2", undefined, 404, refused(40403, "Schema 2 not found")],
    ["GET /schemas/ids/2/versions", undefined, 404, refused(40403, "Schema 2 not found")],
    ["GET /schemas/ids/two", undefined, 404, refused(404, "HTTP 404 Not Found")],
    ["POST /subjects/x", one, 404, refused(40401, "Subject 'x' not found.")],
    ["POST /subjects/s", two, 404, refused(40403, "Schema not found")],
    ["POST /subjects/s", one, 200, { subject: "s", version: 1, id: 1, schema: R("a") }],
    ["GET /nothing", undefined, 404, refused(404, "HTTP 404 Not Found")],
    ["PUT /subjects", {}, 405, refused(405, "HTTP 405 Method Not Allowed")],
  ],
  "what is malformed": [
    ["GET /subjects/s/versions/0", undefined, 422, refused(42202, "'0' is not a valid version")],
    ["GET /subjects/s/versions/newest", undefined, 422, refused(42202, "'newest' is not a valid version")],
    ["GET /subjects/s/versions/2147483648", undefined, 422, refused(42202, "not a valid version")],
    ["DELETE /subjects/s/versions/x", undefined, 422, refused(42202, "not a valid version")],
    ["POST /subjects/s/versions", { schema: "nonsense" }, 422, refused(42201, "not JSON")],
    ["POST /subjects/s/versions", { schema: '{"type":"record"}' }, 422, refused(42201, "has no name")],
    ["POST /subjects/s/versions", {}, 422, refused(42201, "Empty schema")],
    ["POST /subjects/s/versions", { ...one, schemaType: "THRIFT" }, 422, refused(42201, "THRIFT")],
    ["POST /subjects/s/versions", { ...one, references: [{}] }, 422, refused(42201, "references")],
    [
      "POST /subjects/s/versions",
      { ...one, schemaType: "AVRO", references: [], metadata: null },
      200,
      { id: 1 },
    ],
    ["POST /subjects/s", { schema: "nonsense" }, 422, refused(42201, "not JSON")],
    ["POST /subjects/s/versions", { schema: {} }, 400, refused(400, "schema is no text")],
    ["POST /subjects/s/versions", "{", 400, refused(400, "not JSON")],
    ["POST /subjects/s/versions", "[]", 400, refused(400, "no JSON object")],
    ["POST /subjects/s/versions", "null", 422, refused(422, "null")],
    ["POST /subjects/s/versions", "", 422, refused(422, "empty")],
    ["POST /subjects/%07/versions", one, 422, refused(42208, "not a valid subject")],
    ["PUT /config", { compatibility: "SOMETIMES" }, 422, refused(42203, "Invalid compatibility level")],
    ["PUT /config", {}, 200, {}],
    [
      "PUT /config/s",
      { compatibility: "FULL", aliasForDeks: "s" },
      422,
      refused(42205, "The setting aliasForDeks is not supported by this registry"),
    ],
    ["PUT /config", { compatibility: "BACKWARD", aliasForDeks: false }, 200, { compatibility: "BACKWARD" }],
    ["PUT /config", { normalize: "yes" }, 400, refused(400, /normalize is true or false/)],
    ["PUT /mode", { mode: "WRITEONLY" }, 422, refused(42204, "Invalid mode")],
  ],
  "one id per distinct schema": [
    ["POST /subjects/a/versions", { schema: '{"type":"record","name":"x.R","fields":[]}' }, 200, { id: 1 }],
    [
      "POST /subjects/b/versions",
      { schema: ' {"fields":[], "name":"R","namespace":"x", "type":"record"}' },
      200,
      { id: 1 },
    ],
    [
      "POST /subjects/b/versions",
      { schema: '{"type":"record","name":"x.R","doc":"d","fields":[]}' },
      200,
      { id: 2 },
    ],
    [
      "POST /subjects/b/versions",
      { schema: '{"type":"record","name":"x.R","aliases":["S"],"fields":[]}' },
      200,
      { id: 3 },
    ],
  ],
  "delete softly, then for good": [
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", two, 200, { id: 2 }],
    [
      "DELETE /subjects/s/versions/1?permanent=true",
      undefined,
      404,
      refused(40407, "Subject 's' Version 1 was not deleted"),
    ],
    ["DELETE /subjects/s/versions/1", undefined, 200, 1],
    [
      "DELETE /subjects/s/versions/1",
      undefined,
      404,
      refused(40406, "Subject 's' Version 1 was soft deleted"),
    ],
    ["GET /subjects/s/versions/1", undefined, 404, refused(40402, "Version 1 not found.")],
    [
      "GET /subjects/s/versions/1?deleted=true",
      undefined,
      200,
      { subject: "s", version: 1, id: 1, schema: R("a"), deleted: true },
    ],
    ["GET /subjects/s/versions", undefined, 200, [2]],
    ["GET /subjects/s/versions?deleted=true", undefined, 200, [1, 2]],
    ["GET /subjects/s/versions?deletedOnly=true", undefined, 200, [1]],
    ["GET /schemas/ids/1", undefined, 200, { schema: R("a"), deleted: true }],
    ["GET /schemas/ids/1/subjects", undefined, 200, []],
    ["GET /schemas/ids/1/subjects?deleted=true", undefined, 200, ["s"]],
    ["POST /subjects/s", one, 404, refused(40403, "Schema not found")],
    [
      "POST /subjects/s?deleted=true",
      one,
      200,
      { subject: "s", version: 1, id: 1, schema: R("a"), deleted: true },
    ],
    ["DELETE /subjects/s/versions/9", undefined, 404, refused(40402, "Version 9 not found.")],
    ["DELETE /subjects/x/versions/1", undefined, 404, refused(40401, "Subject 'x' not found.")],
    ["DELETE /subjects/s/versions/1?permanent=true", undefined, 200, 1],
    ["GET /schemas/ids/1", undefined, 404, refused(40403, "Schema 1 not found")],
    ["DELETE /subjects/s/versions/latest", undefined, 200, 2],
    ["GET /subjects", undefined, 200, []],
    ["GET /subjects?deleted=true", undefined, 200, ["s"]],
    ["POST /subjects/s/versions", { schema: '"int"' }, 200, { id: 3 }],
    ["GET /subjects/s/versions", undefined, 200, [3]],
  ],
  "delete a subject": [
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", two, 200, { id: 2 }],
    ["PUT /config/s", { compatibility: "NONE" }, 200, { compatibility: "NONE" }],
    [
      "DELETE /subjects/s?permanent=true",
      undefined,
      404,
      refused(40405, "Subject 's' was not deleted first"),
    ],
    ["DELETE /subjects/s", undefined, 200, [1, 2]],
    ["DELETE /subjects/s", undefined, 404, refused(40404, "Subject 's' was soft deleted")],
    ["GET /config/s", undefined, 404, refused(40408, "does not have subject-level compatibility")],
    ["GET /subjects/s/versions", undefined, 404, refused(40401, "Subject 's' not found.")],
    ["POST /subjects/s/versions", two, 200, { id: 2 }],
    ["GET /subjects/s/versions", undefined, 200, [3]],
    ["DELETE /subjects/s", undefined, 200, [3]],
    // The third is the second again, and took its place.
    ["DELETE /subjects/s?permanent=true", undefined, 200, [1, 3]],
    ["DELETE /subjects/s?permanent=true", undefined, 404, refused(40401, "Subject 's' not found.")],
    ["GET /subjects?deleted=true", undefined, 200, []],
    ["POST /subjects/s/versions", one, 200, { id: 3 }],
    ["GET /subjects/s/versions", undefined, 200, [1]],
  ],
  compatibility: [
    ["POST /compatibility/subjects/s/versions/latest", one, 200, { is_compatible: true }],
    ["POST /compatibility/subjects/s/versions", one, 200, { is_compatible: true }],
    ["POST /compatibility/subjects/s/versions/1", one, 404, refused(40401, "Subject 's' not found.")],
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /compatibility/subjects/s/versions/latest", two, 200, { is_compatible: true }],
    ["POST /compatibility/subjects/s/versions/1", bad, 200, { is_compatible: false }],
    ["POST /compatibility/subjects/s/versions", bad, 200, { is_compatible: false }],
    [
      "POST /compatibility/subjects/s/versions/latest?verbose=true",
      two,
      200,
      { is_compatible: true, messages: [] },
    ],
    [
      "POST /compatibility/subjects/s/versions/latest?verbose=true",
      bad,
      200,
      {
        is_compatible: false,
        messages: [
          `{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'field "b" at /fields/1 of the new schema is missing in the old schema and has no default', additionalInfo:'b'}`,
          "{oldSchemaVersion: 1}",
          `{oldSchema: '${R("a")}'}`,
          "{validateFields: 'false', compatibility: 'BACKWARD'}",
        ],
      },
    ],
    ["POST /compatibility/subjects/s/versions/2", one, 404, refused(40402, "Version 2 not found.")],
    ["POST /compatibility/subjects/s/versions/x", one, 422, refused(42202, "not a valid version")],
    ["POST /compatibility/subjects/s/versions/1", { schema: "?" }, 422, refused(42201, "not JSON")],
    ["POST /subjects/s/versions", bad, 409, refused(40901, /field "b".*missing in the old schema/)],
    ["GET /subjects/s/versions", undefined, 200, [1]],
    ["PUT /config/s", { compatibility: "NONE" }, 200, { compatibility: "NONE" }],
    ["POST /compatibility/subjects/s/versions/latest", bad, 200, { is_compatible: true }],
    ["POST /subjects/s/versions", bad, 200, { id: 2 }],
  ],
  "compatibility settings": [
    ["GET /config", undefined, 200, { compatibilityLevel: "BACKWARD" }],
    [
      "GET /config/s",
      undefined,
      404,
      refused(40408, "Subject 's' does not have subject-level compatibility configured"),
    ],
    ["GET /config/s?defaultToGlobal=true", undefined, 200, { compatibilityLevel: "BACKWARD" }],
    ["PUT /config", { compatibility: "full" }, 200, { compatibility: "FULL" }],
    ["GET /config/s?defaultToGlobal=true", undefined, 200, { compatibilityLevel: "FULL" }],
    ["PUT /config/s", { compatibility: "FORWARD_TRANSITIVE" }, 200, { compatibility: "FORWARD_TRANSITIVE" }],
    ["GET /config/s", undefined, 200, { compatibilityLevel: "FORWARD_TRANSITIVE" }],
    ["DELETE /config/s", undefined, 200, { compatibilityLevel: "FORWARD_TRANSITIVE" }],
    ["DELETE /config/s", undefined, 404, refused(40401, "Subject 's' not found.")],
    ["DELETE /config", undefined, 200, { compatibilityLevel: "FULL" }],
    ["GET /config", undefined, 200, { compatibilityLevel: "BACKWARD" }],
  ],
  modes: [
    ["GET /mode", undefined, 200, { mode: "READWRITE" }],
    ["GET /mode/s", undefined, 404, refused(40409, "does not have subject-level mode")],
    ["GET /mode/s?defaultToGlobal=true", undefined, 200, { mode: "READWRITE" }],
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", { ...two, id: 7 }, 422, refused(42205, "Subject s is not in import mode")],
    ["PUT /mode/s", { mode: "READONLY" }, 200, { mode: "READONLY" }],
    ["POST /subjects/s/versions", one, 200, { id: 1 }],
    ["POST /subjects/s/versions", two, 422, refused(42205, "Subject s is in read-only mode")],
    ["DELETE /subjects/s", undefined, 422, refused(42205, "read-only mode")],
    ["DELETE /subjects/s/versions/1", undefined, 422, refused(42205, "read-only mode")],
    ["PUT /config/s", { compatibility: "NONE" }, 422, refused(42205, "read-only mode")],
    ["POST /subjects/t/versions", one, 200, { id: 1 }],
    ["DELETE /mode/s", undefined, 200, { mode: "READONLY" }],
    ["DELETE /mode/s", undefined, 404, refused(40401, "Subject 's' not found.")],
    ["PUT /mode", { mode: "IMPORT" }, 422, refused(42205, "Cannot import since found existing subjects")],
    ["PUT /mode?force=true", { mode: "IMPORT" }, 200, { mode: "IMPORT" }],
    ["POST /subjects/i/versions", two, 422, refused(42205, "Subject i is in import mode")],
    ["POST /subjects/i/versions", { ...two, id: 70, version: 5 }, 200, { id: 70 }],
    ["GET /subjects/i/versions", undefined, 200, [5]],
    ["POST /subjects/i/versions", { ...bad, id: 70 }, 422, refused(42205, "Overwrite new schema with id 70")],
    ["PUT /mode", { mode: "READWRITE" }, 200, { mode: "READWRITE" }],
    ["POST /subjects/j/versions", bad, 200, { id: 71 }],
  ],
};

/** What the tables below leave out: what a plain Avro schema is beside its text, and all but the id it was given. */
function withoutContent(line: string, answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map((item) => withoutContent("", item));
  if (typeof answer !== "object" || answer === null || !("guid" in answer)) return answer;
  const { guid: _, ts: __, schemaType, ...rest } = answer as Record<string, unknown>;
  expect(schemaType).toBe("AVRO");
  return /^POST .*\/versions$/.test(line) ? { id: rest.id } : rest;
}

describe.each(Object.entries(TABLES))("%s", (_, steps) => {
  test("request by request", async () => {
    for (const [line, body, status, answer] of steps) {
      const { status: got, body: gave } = await registry.ask(line, body);
      expect({ line, status: got, answer: withoutContent(line, gave) }).toEqual({ line, status, answer });
    }
  });
});

describe("media types", () => {
  const V1 = "application/vnd.schemaregistry.v1+json";
  test.each([
    ["*/*", 200, V1],
    ["application/json", 200, "application/json"],
    [
      "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json",
      200,
      V1,
    ],
    ["application/vnd.schemaregistry+json", 200, "application/vnd.schemaregistry+json"],
    ["text/html", 406, V1],
  ])("Accept %s", async (accept, status, type) => {
    expect(await registry.ask("GET /subjects", undefined, { accept })).toMatchObject({ status, type });
  });
  test.each([
    [V1, 200],
    ["application/json; charset=utf-8", 200],
    ["application/octet-stream", 200],
    ["text/plain", 415],
  ])("Content-Type %s", async (type, status) => {
    expect((await registry.ask("POST /subjects/s/versions", one, { "content-type": type })).status).toBe(
      status,
    );
  });
});

test("a body over the limit is refused", async () => {
  const huge = { schema: " ".repeat(5_000_000) };
  expect(await registry.ask("POST /subjects/s/versions", huge)).toMatchObject({ status: 413 });
});
