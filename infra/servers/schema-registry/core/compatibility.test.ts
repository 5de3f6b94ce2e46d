import fc from "fast-check";
import { expect, test } from "vitest";
import { parseAvroSchema } from "../../../runtime/avro/type.ts";
import { readProblems } from "./avro/resolution.ts";
import { objections } from "./compatibility.ts";
import { type CompatibilityLevel, LEVELS } from "./levels.ts";
import { parseText } from "./parsing.ts";

const type = (schema: unknown) => parseAvroSchema(JSON.stringify(schema)).type;
const parsed = (schema: unknown) => parseText("AVRO", JSON.stringify(schema), [], true);
const record = (...fields: unknown[]) => ({ type: "record", name: "R", fields });
const a = { name: "a", type: "int" };
const b = { name: "b", type: "int" };
const bWithDefault = { ...b, default: 0 };

test.each<[CompatibilityLevel, string, unknown, unknown[], boolean]>([
  ["BACKWARD", "a new field with default", record(a, bWithDefault), [record(a)], true],
  ["BACKWARD", "a new field without default", record(a, b), [record(a)], false],
  ["BACKWARD", "a field dropped", record(a), [record(a, b)], true],
  ["FORWARD", "a new field without default", record(a, b), [record(a)], true],
  ["FORWARD", "a field dropped", record(a), [record(a, b)], false],
  ["FORWARD", "a field with default dropped", record(a), [record(a, bWithDefault)], true],
  ["FULL", "a new field with default", record(a, bWithDefault), [record(a)], true],
  ["FULL", "a new field without default", record(a, b), [record(a)], false],
  ["FULL", "a field dropped", record(a), [record(a, b)], false],
  ["BACKWARD", "only the newest version counts", record(a, b), [record(a), record(a, bWithDefault)], true],
  ["BACKWARD_TRANSITIVE", "every version counts", record(a, b), [record(a), record(a, bWithDefault)], false],
  ["FORWARD", "only the newest version counts", record(a), [record(a, b), record(a, bWithDefault)], true],
  ["FORWARD_TRANSITIVE", "every version counts", record(a), [record(a, b), record(a, bWithDefault)], false],
  ["FULL_TRANSITIVE", "every version counts", record(a), [record(a, b), record(a)], false],
  ["NONE", "anything goes", "string", ["int"], true],
])("%s: %s", (level, _, schema, earlier, fits) => {
  const versions = earlier.map((old, i) => ({ version: i + 1, parsed: () => parsed(old) }));
  expect(objections({ parsed: parsed(schema) }, versions, { compatibilityLevel: level }).length === 0).toBe(
    fits,
  );
});

test("nothing stands against a first version, at any level", () => {
  for (const compatibilityLevel of LEVELS) {
    expect(objections({ parsed: parsed("int") }, [], { compatibilityLevel })).toEqual([]);
  }
});

test("the message names the field, the reason, the version and the level", () => {
  const [problem, ...rest] = objections(
    { parsed: parsed(record(a, b)) },
    [{ version: 3, parsed: () => parsed(record(a)) }],
    {},
  );
  expect(problem).toBe(
    `{errorType:'READER_FIELD_MISSING_DEFAULT_VALUE', description:'field "b" at /fields/1 of the new schema is missing in the old schema and has no default', additionalInfo:'b'}`,
  );
  expect(rest).toEqual([
    "{oldSchemaVersion: 3}",
    `{oldSchema: '${parsed(record(a)).canonical}'}`,
    "{validateFields: 'false', compatibility: 'BACKWARD'}",
  ]);
});

const e = (...symbols: string[]) => ({ type: "enum", name: "E", symbols });
test.each<[string, unknown, unknown, string[]]>([
  ["a promotion", "long", "int", []],
  ["a narrowing", "int", "long", ["TYPE_MISMATCH at / int, long"]],
  ["text and bytes", "string", "bytes", []],
  ["a nullable made of a plain", ["null", "int"], "int", []],
  ["a plain made of a nullable", "int", ["null", "int"], ["TYPE_MISMATCH at / int, null"]],
  ["a branch gone", ["null", "int"], ["null", "string"], ["MISSING_UNION_BRANCH at / string"]],
  ["a symbol gone", e("A"), e("A", "B"), ["MISSING_ENUM_SYMBOLS at / B"]],
  ["a symbol gone, with a default", { ...e("A"), default: "A" }, e("A", "B"), []],
  ["another name", record(), { ...record(), name: "S" }, ["NAME_MISMATCH at / R, S"]],
  ["another name, with an alias", { ...record(), aliases: ["S"] }, { ...record(), name: "S" }, []],
  ["a field renamed, with an alias", record({ ...b, aliases: ["a"] }), record(a), []],
  [
    "a fixed's size",
    { type: "fixed", name: "F", size: 2 },
    { type: "fixed", name: "F", size: 3 },
    ["FIXED_SIZE_MISMATCH at / 2, 3"],
  ],
  [
    "items",
    { type: "array", items: "int" },
    { type: "array", items: "string" },
    ["TYPE_MISMATCH at /items int, string"],
  ],
  [
    "deep inside",
    record({ name: "x", type: { type: "map", values: ["null", e("A")] } }),
    record({ name: "x", type: { type: "map", values: ["null", e("B")] } }),
    ["MISSING_ENUM_SYMBOLS at /fields/0/type/values/1 B"],
  ],
])("%s", (_, reader, writer, problems) => {
  const found = readProblems(type(reader), type(writer)).map(
    (p) =>
      `${p.kind} at ${/at (\/\S*)/.exec(p.text)?.[1]?.replace(/,$/, "") ?? /union at (\S+)/.exec(p.text)?.[1]} ${p.detail}`,
  );
  expect(found).toEqual(problems);
});

test("types that refer to themselves end", () => {
  const list = (value: string) => record({ name: "next", type: ["null", "R"] }, { name: "v", type: value });
  expect(readProblems(type(list("long")), type(list("int")))).toEqual([]);
  expect(readProblems(type(list("int")), type(list("long")))).not.toEqual([]);
});

test("what was concluded from a pair that turns out not to fit is taken back", () => {
  const s = (next: string) => ({ type: "record", name: "S", fields: [{ name: "r", type: next }] });
  const reader = {
    type: "record",
    name: "O",
    fields: [
      {
        name: "u",
        type: [
          { ...record({ name: "s", type: s("R") }, { name: "x", type: "int" }), aliases: ["T"] },
          { type: "record", name: "T", fields: [] },
        ],
      },
      { name: "again", type: "S" },
    ],
  };
  const t = { ...record({ name: "s", type: s("T") }, { name: "x", type: "string" }), name: "T" };
  const writer = {
    type: "record",
    name: "O",
    fields: [
      { name: "u", type: [t] },
      { name: "again", type: "S" },
    ],
  };
  // The union reads a T by its second branch, so only the second field is at fault: its S holds a T that R cannot read.
  expect(readProblems(type(reader), type(writer))).toHaveLength(1);
});

test("of very many problems the first hundred are named", () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ name: `f${i}`, type: "int" }));
  expect(readProblems(type(record(...many)), type(record()))).toHaveLength(100);
});

test("a schema whose parts repeat costs no more than its size", () => {
  const ladder = (leaf: string): unknown => {
    let inner: unknown = { type: "record", name: "R0", fields: [{ name: "v", type: leaf }] };
    for (let i = 1; i < 40; i++) {
      inner = {
        type: "record",
        name: `R${i}`,
        fields: [
          { name: "l", type: inner },
          { name: "r", type: `R${i - 1}` },
        ],
      };
    }
    return inner;
  };
  expect(readProblems(type(ladder("long")), type(ladder("int")))).toEqual([]);
});

test("the verdict is that of avsc's resolvers", () => {
  const leaf = fc.constantFrom<unknown>(
    "null",
    "boolean",
    "int",
    "long",
    "float",
    "double",
    "bytes",
    "string",
    e("A"),
    e("A", "B"),
  );
  const schema = fc.oneof(
    { weight: 3, arbitrary: leaf },
    fc.uniqueArray(fc.constantFrom("null", "int", "long", "string", "double"), {
      minLength: 1,
      maxLength: 3,
    }),
    leaf.map((items) => ({ type: "array", items })),
    leaf.map((values) => ({ type: "map", values })),
    fc
      .uniqueArray(
        fc.constantFrom(
          a,
          b,
          bWithDefault,
          { name: "c", type: "long" },
          { name: "c", type: ["null", "int"], default: null },
        ),
        {
          selector: (field) => field.name,
        },
      )
      .map((fields) => record(...fields)),
  );
  const resolves = (reader: unknown, writer: unknown): boolean => {
    try {
      type(reader).createResolver(type(writer));
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(schema, schema, (reader, writer) => {
      expect(readProblems(type(reader), type(writer)).length === 0).toBe(resolves(reader, writer));
    }),
    { seed: 11, numRuns: 1000 },
  );
});
