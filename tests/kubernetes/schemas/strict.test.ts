import { expect, test } from "vitest";
import { needed, shared, strictSchema } from "./strict.ts";

test("a field that a schema does not name is refused, where it may not hold any", () => {
  const properties = { a: { type: "string", description: "text" } };
  const strict = { type: "object", properties: { a: { type: "string" } }, additionalProperties: false };
  expect(strictSchema({ type: "object", properties, default: {} })).toEqual(strict);
  expect(
    strictSchema({ type: "object", properties, "x-kubernetes-preserve-unknown-fields": true }),
  ).not.toHaveProperty("additionalProperties");
  expect(
    strictSchema({ type: "object", additionalProperties: { type: "string", description: "text" } }),
  ).toEqual({
    type: "object",
    additionalProperties: { type: "string" },
  });
});

test("a schema that only adds to another one closes nothing", () => {
  const added = { anyOf: [{ properties: { a: {} }, required: ["a"] }] };
  expect(strictSchema({ type: "object", properties: { a: { type: "string" } }, ...added })).toEqual({
    type: "object",
    properties: { a: { type: "string" } },
    additionalProperties: false,
    anyOf: [{ properties: { a: {} }, required: ["a"] }],
  });
});

test("references, numbers or texts, and null are written as JSON schema has them", () => {
  expect(strictSchema({ allOf: [{ $ref: "#/components/schemas/x.Pod" }], default: {} })).toEqual({
    $ref: "#/$defs/x.Pod",
  });
  expect(strictSchema({ "x-kubernetes-int-or-string": true })).toEqual({ type: ["integer", "string"] });
  expect(strictSchema({ type: "integer", nullable: true })).toEqual({ type: ["integer", "null"] });
});

test("definitions come with all that they need, and no others", () => {
  const definitions = { a: { $ref: "#/$defs/b" }, b: { items: { $ref: "#/$defs/a" } }, c: {} };
  expect(needed(["a"], definitions)).toEqual(["a", "b"]);
});

test("a part that stands in two places is written once", () => {
  const part = {
    type: "object",
    properties: { name: { type: "string" }, count: { type: "integer", minimum: 1 } },
  };
  const { $defs } = shared({
    a: { properties: { x: part } },
    b: { properties: { y: part, z: { type: "string" } } },
  });
  const names = Object.keys($defs).filter((name) => name !== "a" && name !== "b");
  expect(names).toHaveLength(1);
  expect($defs["a"]).toEqual({ properties: { x: { $ref: `#/$defs/${names[0]}` } } });
  expect($defs["b"]).toEqual({ properties: { y: { $ref: `#/$defs/${names[0]}` }, z: { type: "string" } } });
});
