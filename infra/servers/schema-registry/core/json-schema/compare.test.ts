import { describe, expect, test } from "vitest";
import { jsonDifferences } from "./compare.ts";
import { readJsonSchema } from "./read.ts";

const node = (schema: unknown) => readJsonSchema(JSON.stringify(schema), []);
const closed = (properties: object, more: object = {}) => ({
  ...{ type: "object", properties, additionalProperties: false },
  ...more,
});
const open = (properties: object, more: object = {}) => ({ type: "object", properties, ...more });
const text = { type: "string" };
const whole = { type: "integer" };
const modern = { $schema: "https://json-schema.org/draft/2020-12/schema" };

/** What stands against data of the first being read with the second; empty: nothing. */
test.each<[string, unknown, unknown, string[]]>([
  ["anything may become anything", open({}), true, []],
  ["nothing held nothing", false, whole, []],
  ["another type", text, whole, ["TYPE_CHANGED "]],
  ["an integer is a number", whole, { type: "number" }, []],
  ["a number need not be an integer", { type: "number" }, whole, ["TYPE_NARROWED "]],
  ["a type more", text, { type: ["string", "null"] }, []],
  ["a type less", { type: ["string", "null"] }, { type: ["string"] }, ["SUM_TYPE_NARROWED "]],
  ["a limit that goes up", { maximum: 1 }, { maximum: 2 }, []],
  ["a limit that comes", {}, { maximum: 2 }, ["TYPE_CHANGED "]],
  [
    "a limit that goes down",
    { ...text, maxLength: 3 },
    { ...text, maxLength: 2 },
    ["MAX_LENGTH_DECREASED maxLength"],
  ],
  ["a multiple's factor", { multipleOf: 0.5 }, { multipleOf: 0.25 }, []],
  ["a factor's multiple", { multipleOf: 0.25 }, { multipleOf: 0.5 }, ["MULTIPLE_OF_EXPANDED multipleOf"]],
  ["a value more", { enum: [1] }, { enum: [2, 1] }, []],
  ["a value less", { enum: [1, { a: 1, b: 2 }] }, { enum: [{ b: 2, a: 1 }] }, ["ENUM_ARRAY_NARROWED enum"]],
  ["another constant", { const: 1 }, { const: 2 }, ["ENUM_ARRAY_CHANGED const"]],
  ["a property more in a closed object", closed({}), closed({ a: text }), []],
  [
    "a property more in an open one",
    open({}),
    open({ a: text }),
    ["OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL properties/a"],
  ],
  ["a property less in an open one", open({ a: text }), open({}), []],
  [
    "a property less in a closed one",
    closed({ a: text }),
    closed({}),
    ["PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL properties/a"],
  ],
  [
    "a required one more",
    closed({}),
    closed({ a: text }, { required: ["a"] }),
    ["REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL properties/a"],
  ],
  [
    "a required one with a default",
    closed({}),
    closed({ a: { ...text, default: "" } }, { required: ["a"] }),
    [],
  ],
  [
    "a property that becomes required",
    open({ a: text }),
    open({ a: text }, { required: ["a"] }),
    ["REQUIRED_ATTRIBUTE_ADDED required/a"],
  ],
  [
    "a property under a pattern",
    { type: "object", patternProperties: { "^a": whole } },
    open({ abc: text }, { patternProperties: { "^a": whole } }),
    [
      "TYPE_CHANGED properties/abc",
      "PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL properties/abc",
    ],
  ],
  ["an object that closes", open({}), closed({}), ["ADDITIONAL_PROPERTIES_REMOVED additionalProperties"]],
  ["items of another type", { items: text }, { items: whole }, ["TYPE_CHANGED items"]],
  [
    "a place more in an open list",
    { items: [] },
    { items: [text] },
    ["ITEM_ADDED_TO_OPEN_CONTENT_MODEL items/0"],
  ],
  [
    "a place more in a closed list",
    { items: [], additionalItems: false },
    { items: [text], additionalItems: false },
    [],
  ],
  [
    "draft 2020-12's places",
    { ...modern, prefixItems: [text] },
    { ...modern, prefixItems: [whole] },
    ["TYPE_CHANGED items/0"],
  ],
  ["a union's branches in another order", { oneOf: [text, whole] }, { oneOf: [whole, text] }, []],
  ["a union's branch more", { oneOf: [text] }, { oneOf: [text, whole] }, []],
  ["one of a union", text, { anyOf: [whole, text] }, []],
  [
    "all of one more",
    { allOf: [text] },
    { allOf: [text, { ...text, maxLength: 3 }] },
    ["PRODUCT_TYPE_EXTENDED "],
  ],
  ["less that is not", { not: text }, { not: { ...text, maxLength: 3 } }, []],
  ["more that is not", { not: { ...text, maxLength: 3 } }, { not: text }, ["NOT_TYPE_EXTENDED not"]],
])("%s", (_, original, update, expected) => {
  expect(jsonDifferences(node(original), node(update)).map(({ kind, path }) => `${kind} ${path}`)).toEqual(
    expected,
  );
});

describe("references", () => {
  const list = (value: object) => ({
    $ref: "#/definitions/item",
    definitions: { item: closed({ value, next: { $ref: "#/definitions/item" } }) },
  });
  test("schemas that refer to themselves are compared to the end", () => {
    expect(jsonDifferences(node(list(text)), node(list(text)))).toEqual([]);
    expect(jsonDifferences(node(list(text)), node(list(whole)))).toEqual([
      { kind: "TYPE_CHANGED", path: "properties/value" },
      { kind: "TYPE_CHANGED", path: "properties/next/properties/value" },
    ]);
  });
  test("schemas that refer to each other in many ways end", () => {
    const tangle = (leaf: object) => {
      const names = Array.from({ length: 12 }, (_, i) => `d${i}`);
      const branches = names.map((name) => ({ $ref: `#/definitions/${name}` }));
      const definitions = Object.fromEntries(
        names.map((name, i) => [name, closed({ [name]: i === 11 ? leaf : text, on: { anyOf: branches } })]),
      );
      return { definitions, anyOf: branches };
    };
    expect(jsonDifferences(node(tangle(text)), node(tangle(text)))).toEqual([]);
    expect(jsonDifferences(node(tangle(text)), node(tangle(whole)))).not.toEqual([]);
  });
  test("a chain of references as long as a body allows is refused, and takes no stack", () => {
    const chain = (length: number) =>
      node({
        $ref: "#/definitions/d0",
        definitions: Object.fromEntries(
          Array.from({ length }, (_, i) => [
            `d${i}`,
            { properties: { a: { $ref: `#/definitions/d${(i + 1) % length}` } } },
          ]),
        ),
      });
    expect(jsonDifferences(chain(400), chain(400))).toEqual([]);
    expect(() => jsonDifferences(chain(20_000), chain(20_000))).toThrow(/deeper than 500 schemas/);
  });
  test("more properties than a call takes arguments are compared", () => {
    const properties = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`p${i}`, text]));
    expect(jsonDifferences(node(open({})), node(open(properties)))).toHaveLength(100);
  });
  test("a name, an id and an anchor lead to a schema of the references", () => {
    const others = [
      {
        name: "other.json",
        schema: JSON.stringify({
          $id: "http://acme.org/other",
          definitions: { t: { ...text, $anchor: "word" } },
        }),
      },
    ];
    for (const reference of [
      "other.json#/definitions/t",
      "http://acme.org/other#/definitions/t",
      "other.json#word",
    ]) {
      const read = readJsonSchema(JSON.stringify({ properties: { a: { $ref: reference } } }), others);
      expect(jsonDifferences(node(open({ a: text })), node(open({ a: text })))).toEqual([]);
      expect(jsonDifferences(node({ properties: { a: whole } }), read)).toEqual([
        { kind: "TYPE_CHANGED", path: "properties/a" },
      ]);
    }
  });
});

test.each([
  ['{"$ref":"#/definitions/none"}', /leads nowhere/],
  ['{"$ref":"#"}', /back to itself/],
  ['{"type":"strin"}', /"strin".*known are/],
  ['{"properties":{"a":7}}', /#\/properties\/a is neither an object/],
  ['{"properties":[]}', /properties at # is no object/],
  ['{"required":"a"}', /required at # is no list of names/],
  ['{"maxLength":-1}', /maxLength at # is no whole number/],
  ['{"enum":1}', /enum at # is no list/],
  ["7", /schema at # is neither/],
])("%s is refused", (schema, message) => {
  expect(() => readJsonSchema(schema, [])).toThrow(message);
});
