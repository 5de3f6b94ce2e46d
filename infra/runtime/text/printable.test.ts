import fc from "fast-check";
import { expect, test } from "vitest";
import { doublyEscapedJson, printable, printableJson, printableLines } from "./printable.ts";

/** Biome and people would rather not have these in a source. */
const ESC = String.fromCharCode(0x1b);
const CSI = String.fromCharCode(0x9b);
const RTL = String.fromCharCode(0x202e);

test.each([
  [`${ESC}[31mred${ESC}[0m`, "\\u001b[31mred\\u001b[0m"],
  [`${CSI}2J`, "\\u009b2J"],
  [`a${RTL}txt.exe`, "a\\u202etxt.exe"],
  ["a\r\nb\tc", "a\\u000d\\nb\\tc"],
  ["\0\x07\x08\x7f", "\\u0000\\u0007\\u0008\\u007f"],
  ["Clark/Lake é 駅 🚉 👩‍🚀", "Clark/Lake é 駅 🚉 👩‍🚀"],
  ["half \ud83d and \ude89", "half \\ud83d and \\ude89"],
])("%j is printed as %s", (text, shown) => {
  expect(printable(text)).toBe(shown);
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(ESC, CSI, RTL, "\n", "\\", '"', "\r", "\t"),
    fc.integer({ min: 0, max: 0xffff }).map((c) => String.fromCharCode(c)),
  ),
});
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const OBEYED = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

test("whatever comes, nothing is left that a terminal obeys, and nothing is printed twice differently", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(printable(text)).not.toMatch(OBEYED);
      expect(printable(text)).not.toMatch(/[\n\t]/);
      expect(printableLines(text).split("\n")).toHaveLength(text.split("\n").length);
      expect(printable(printable(text))).toBe(printable(text));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test("JSON means the same, and shows nothing harmful; unescaped once more it shows what was harmful in letters", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const json = JSON.stringify({ msg: text });
      expect(JSON.parse(printableJson(json))).toEqual({ msg: text });
      expect(printableJson(json)).not.toMatch(OBEYED);
      const { msg } = JSON.parse(doublyEscapedJson(json)) as { msg: string };
      expect(msg).not.toMatch(OBEYED);
      // Line feeds, tabs and backslashes of its own are as they were.
      if (/^[\n\t\\"a-z]*$/.test(text)) expect(msg).toBe(text);
    }),
    { seed: 2, numRuns: 500 },
  );
});
