import avro, { type Schema } from "avsc";
import { expect, test } from "vitest";
import { decodeUntrusted } from "./decode.ts";
import { holdsExactly } from "./exact.ts";
import { parseAvroSchema } from "./type.ts";

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

test("a few items that take no bytes, and longs of 64 bits where bigint is read", () => {
  const nulls = avro.Type.forSchema({ type: "array", items: "null" });
  expect(holdsExactly(nulls, nulls.toBuffer(Array.from({ length: 900 }, () => null)))).toBe(true);
  const { type: longs } = parseAvroSchema('{"type":"array","items":"long"}');
  const most = longs.toBuffer([2n ** 63n - 1n, -(2n ** 63n)]);
  expect(holdsExactly(longs, most)).toBe(true);
  expect(decodeUntrusted(longs, most)).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
});

test("ten million items from five bytes are refused, whatever they are inside", () => {
  const bytes = Buffer.from("80ade20400", "hex");
  for (const schema of [
    { type: "array", items: "null" },
    { type: "record", name: "R", fields: [{ name: "a", type: ["null", { type: "array", items: "null" }] }] },
  ]) {
    const type = avro.Type.forSchema(schema as Schema, { wrapUnions: false });
    const body = type.typeName === "record" ? Buffer.concat([Buffer.from([2]), bytes]) : bytes;
    expect(() => decodeUntrusted(type, body)).toThrow(/no .* ends with these bytes/);
  }
});

test.each<[string, Schema, string]>([
  ["a boolean of 2", "boolean", "02"],
  ["a union's fourth branch of three", ["null", "int", "string"], "06"],
  ["a symbol that there is not", { type: "enum", name: "E", symbols: ["A"] }, "02"],
  ["text that is not UTF-8", "string", "02ff"],
  ["a text of a negative length", "string", "01"],
  ["an int beyond 2^31", "int", "8080808020"],
  ["1010 items of nothing from 3 bytes", { type: "array", items: "null" }, "e40f00"],
  ["items of nothing, block after block", { type: "array", items: "null" }, `${"d00f".repeat(9)}00`],
  [
    "arrays of nothing in an array",
    { type: "array", items: { type: "array", items: "null" } },
    `08${"d00f00".repeat(4)}00`,
  ],
  ["2^40 items", { type: "array", items: "null" }, "80808080808040"],
  ["a list that never ends", { type: "record", name: "L", fields: [{ name: "next", type: "L" }] }, ""],
])("not %s", (_, schema, hex) => {
  expect(holdsExactly(avro.Type.forSchema(schema, { wrapUnions: false }), Buffer.from(hex, "hex"))).toBe(
    false,
  );
});
