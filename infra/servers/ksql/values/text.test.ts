import fc from "fast-check";
import { expect, test } from "vitest";
import { likeMatcher } from "./like.ts";
import { regularExpression } from "./regular-expression.ts";
import { indexOf, occurrencesOf, reversed } from "./text-search.ts";
import { joined } from "./text-size.ts";

/** Few letters, so that parts of a text come again in it. */
const letters = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom("a", "b", "%", "_", "é", "\n"), maxLength });

/** What `LIKE` means, by an engine that backtracks: good enough for short texts. */
function byBacktracking(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
    .replaceAll("%", ".*")
    .replaceAll("_", ".");
  return new RegExp(`^${source}$`, "su");
}

test("LIKE means what it meant", () => {
  fc.assert(
    fc.property(letters(12), letters(8), (text, pattern) => {
      expect(likeMatcher(pattern)(text)).toBe(byBacktracking(pattern).test(text));
    }),
    { seed: 3, numRuns: 3000 },
  );
});

test.each([
  ["a!%b", "a%b", true],
  ["a!%b", "axb", false],
  ["!_%", "_x", true],
  ["!_%", "ax", false],
  ["a!!", "a!", true],
  ["a!", "a!", true],
  ["%", "", true],
  ["", "", true],
  ["_", "🚉", true],
  ["a%a", "a", false],
])("LIKE '%s' ESCAPE '!' of %j: %s", (pattern, text, holds) => {
  expect(likeMatcher(pattern, "!")(text)).toBe(holds);
});

test("a part is found where the engine finds it, however long it is", () => {
  const longer = letters(6).map((text) => text.repeat(12));
  fc.assert(
    fc.property(
      longer,
      letters(6).map((text) => text.repeat(9)),
      fc.nat(20),
      (text, part, from) => {
        expect(indexOf(text, part, from)).toBe(text.indexOf(part, from));
        const all: number[] = [];
        for (let at = text.indexOf(part, from); at >= 0 && part !== ""; at = text.indexOf(part, at + 1))
          all.push(at);
        expect([...occurrencesOf(text, part, from)]).toEqual(all);
        const apart = part === "" ? text : text.split(part).join("|");
        let rebuilt = "";
        let end = 0;
        for (const at of occurrencesOf(text, part, 0, false)) {
          rebuilt += `${text.slice(end, at)}|`;
          end = at + part.length;
        }
        expect(rebuilt + text.slice(end)).toBe(apart);
      },
    ),
    { seed: 4, numRuns: 2000 },
  );
});

test("reversed twice is the text", () => {
  expect(reversed("añb🚉")).toBe("añb🚉".split("").reverse().join(""));
});

test.each([
  ["(\\d+)-(\\w+)", "a 12-xy", 0, "12-xy"],
  ["(\\d+)-(\\w+)", "a 12-xy", 2, "xy"],
  ["(\\d+)-(\\w+)", "a 12-xy", 3, null],
  ["(\\d+)", "none", 0, null],
  ["(a)|(b)", "b", 1, null],
  ["(?<=a)b", "ab", 0, "b"],
])("%s of %s, group %d: %s", (pattern, text, group, found) => {
  expect(regularExpression(pattern).extract(text, group)).toBe(found);
});

test("a replacement names groups as Java's do", () => {
  expect(regularExpression("(\\w)(\\w)").replace("abcd", "$2$1\\$")).toBe("ba$dc$");
  expect(regularExpression("").replace("ab", "-")).toBe("-a-b-");
});

test.each(["(", "a{2000}", "(a)\\1", "a(?=b)", "(".repeat(5000)])(
  "refused with its reason: %s",
  (pattern) => {
    expect(() => regularExpression(pattern)).toThrow(/not a regular expression that this server knows: /);
  },
);

test("a large expression on a long text is refused before it is tried", () => {
  const large = regularExpression(`(${"a?".repeat(400)})+x`);
  expect(large.extract("aax", 0)).toBe("aax");
  expect(() => large.extract("a".repeat(1_000_000), 0)).toThrow(/takes too long/);
  expect(() => regularExpression(".*b|a").replace("a".repeat(100_000), "x")).toThrow(/takes too long/);
});

test("no text is made that no record could carry", () => {
  expect(() => joined(["a".repeat(3_000_000), "b".repeat(3_000_000)])).toThrow(/6000000 characters/);
  expect(() => regularExpression("a").replace("a".repeat(5_000), "b".repeat(5_000))).toThrow(/characters/);
});
