import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJson } from "../../../runtime/json/lossless.ts";
import { javaDouble } from "../../../runtime/text/java-double.ts";
import { binaryBytes, jsonBytes } from "./embedded.ts";

test.each([
  ["", ""],
  ["AA==", "00"],
  ["AA", "00"],
  ["AA===", "00"],
  ["+/8=", "fbff"],
  ["AQID", "010203"],
])("Base64 %j is %s", (text, hex) => {
  expect(binaryBytes(text)?.toString("hex")).toBe(hex);
});

test.each(["-_8=", "A A=", "AA\n==", "A", "AAAAA", "A=A=", "é"])("%j is no Base64", (text) => {
  expect(() => binaryBytes(text)).toThrow(expect.objectContaining({ status: 400, code: 400 }) as Error);
});

test("only text is Base64, and null is nothing", () => {
  expect(() => binaryBytes(parseJson("12"))).toThrow(/data=12 is not a valid base64 string/);
  expect(() => binaryBytes(parseJson("{}"))).toThrow(/base64/);
  expect(binaryBytes(null)).toBeNull();
});

test.each([
  ['{ "b" : 1, "a" : [ ] }', '{"b":1,"a":[]}'],
  ['"text"', '"text"'],
  ["12345678901234567890123", "12345678901234567890123"],
  ["-0", "0"],
  ["1.0", "1.0"],
  ["1e10", "1.0E10"],
  ["0.00012", "1.2E-4"],
  ["true", "true"],
  ['{"x":null}', '{"x":null}'],
  ['"é\\u0007"', '"é\\u0007"'],
])("JSON %s is stored as %s", (text, stored) => {
  expect(jsonBytes(parseJson(text))?.toString("utf8")).toBe(stored);
});

test("a JSON null is a null part, not the text null", () => {
  expect(jsonBytes(null)).toBeNull();
});

test.each([
  [1, "1.0"],
  [-0, "-0.0"],
  [0.001, "0.001"],
  [9999999, "9999999.0"],
  [10000000, "1.0E7"],
  [0.00099, "9.9E-4"],
  [123456789.125, "1.23456789125E8"],
  [1.7976931348623157e308, "1.7976931348623157E308"],
  [5e-324, "5E-324".replace("5E", "5.0E")],
])("Java prints %d as %s", (value, text) => {
  expect(javaDouble(value)).toBe(text);
});

test("what Java prints reads back as the same double", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(Object.is(Number(javaDouble(value)), value)).toBe(true);
    }),
    { seed: 5 },
  );
});
