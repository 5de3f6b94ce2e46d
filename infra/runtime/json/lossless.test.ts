import fc from "fast-check";
import { expect, test } from "vitest";
import { JsonNumber, JsonSyntaxError, parseJson, plainOf, writeJson } from "./lossless.ts";

test("every JSON text means what JSON.parse makes of it, and is written back compactly", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      const value = parseJson(text);
      const wide = /\d{16}/.test(text);
      if (!wide) expect(plainOf(value)).toEqual(JSON.parse(text));
      if (!wide) expect(JSON.parse(writeJson(value))).toEqual(JSON.parse(text));
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("it refuses exactly what JSON.parse refuses", () => {
  const scraps = fc.string({
    unit: fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      '"',
      ":",
      ",",
      "1",
      "-",
      ".",
      "e",
      "\\",
      "u",
      " ",
      "\n",
      "true",
    ),
    maxLength: 12,
  });
  const accepted = (parse: (text: string) => unknown, text: string): boolean => {
    try {
      parse(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(scraps, (text) => {
      expect(accepted(parseJson, text)).toBe(accepted(JSON.parse, text));
    }),
    { seed: 8, numRuns: 2000 },
  );
});

test("digits, member order and odd names survive", () => {
  const text = '{"10":1,"2":12345678901234567890,"__proto__":{"x":1.0},"e":1E+400}';
  expect(writeJson(parseJson(text))).toBe(text);
});

test("of a repeated member the last value counts, at the first's place", () => {
  expect(writeJson(parseJson('{"a":1,"b":2,"a":3}'))).toBe('{"a":3,"b":2}');
});

test("an error says where", () => {
  for (const [text, position] of [
    ["", 0],
    ["{", 1],
    ["[1,]", 3],
    ["nul", 0],
    ["1 2", 2],
    ['"a\n"', 2],
    ['"a', 2],
  ] as const) {
    expect(() => parseJson(text)).toThrow(
      expect.objectContaining({ name: "JsonSyntaxError", position }) as JsonSyntaxError,
    );
  }
});

test("nesting is bounded: a deep text is an error and not an exhausted stack", () => {
  expect(() => parseJson("[".repeat(100_000))).toThrow(JsonSyntaxError);
});

test("integers beyond 2^53 become bigint, all other numbers number", () => {
  expect(plainOf(new JsonNumber("9007199254740993"))).toBe(9007199254740993n);
  expect(plainOf(new JsonNumber("9007199254740991"))).toBe(9007199254740991);
  expect(plainOf(new JsonNumber("1e3"))).toBe(1000);
});
