import avro, { type Schema } from "avsc";
import { expect, test } from "vitest";
import { holdsExactly } from "./exact.ts";

const type = avro.Type.forSchema(
  {
    type: "record",
    name: "R",
    fields: [
      { name: "flag", type: "boolean" },
      { name: "u", type: ["null", "int", "string"] },
      { name: "list", type: { type: "array", items: "long" } },
      { name: "map", type: { type: "map", values: "double" } },
      { name: "e", type: { type: "enum", name: "E", symbols: ["A", "B"] } },
      { name: "f", type: { type: "fixed", name: "F", size: 3 } },
      { name: "b", type: "bytes" },
      { name: "x", type: "float" },
      { name: "t", type: { type: "long", logicalType: "timestamp-millis" } },
    ],
  } as Schema,
  { wrapUnions: false },
);
const value = {
  ...{ flag: true, u: "é", list: [1, -2], map: { a: 0.5 }, e: "B", f: Buffer.from("abc") },
  ...{ b: Buffer.from([255]), x: 1, t: 1_700_000_000_000 },
};
const bytes = type.toBuffer(value);

test("a value of every kind of type", () => {
  expect(holdsExactly(type, bytes)).toBe(true);
});

test("no part of it, and no more than it", () => {
  for (let n = 0; n < bytes.length; n++) expect(holdsExactly(type, bytes.subarray(0, n)), `${n}`).toBe(false);
  expect(holdsExactly(type, Buffer.concat([bytes, Buffer.from([0])]))).toBe(false);
});

test.each<[string, Schema, string]>([
  ["a boolean of 2", "boolean", "02"],
  ["a union's fourth branch of three", ["null", "int", "string"], "06"],
  ["a symbol that there is not", { type: "enum", name: "E", symbols: ["A"] }, "02"],
  ["text that is not UTF-8", "string", "02ff"],
  ["a text of a negative length", "string", "01"],
  ["an int beyond 2^31", "int", "8080808020"],
  ["2^40 items", { type: "array", items: "null" }, "80808080808040"],
  ["a list that never ends", { type: "record", name: "L", fields: [{ name: "next", type: "L" }] }, ""],
])("not %s", (_, schema, hex) => {
  expect(holdsExactly(avro.Type.forSchema(schema, { wrapUnions: false }), Buffer.from(hex, "hex"))).toBe(
    false,
  );
});
