import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { citations, deliveryRules, hasTest } from "./delivery-rules.ts";

const root = projectRoot();
const rules = deliveryRules();

test("every rule that the sources cite is on the page", () => {
  const known = new Set(rules.map(({ number }) => number));
  expect(citations().filter(({ number }) => !known.has(number))).toEqual([]);
});

test("every rule is held by tests, and each of them exists under that title", () => {
  const unheld = rules.filter(({ heldBy, hasParts }) => heldBy.length === 0 && !hasParts);
  expect(unheld.map(({ number }) => number)).toEqual([]);
  const missing = rules.flatMap(({ number, heldBy }) =>
    heldBy
      .filter(
        ({ file, title }) =>
          !existsSync(join(root, file)) || !hasTest(readFileSync(join(root, file), "utf8"), title),
      )
      .map(({ file, title }) => `${number}: ${file}: ${title}`),
  );
  expect(missing).toEqual([]);
});

test("every rule says why it is one", () => {
  const withoutReason = rules.filter(
    ({ number, hasParts, hasReason }) => /^\d+$/.test(number) && !hasParts && !hasReason,
  );
  expect(withoutReason.map(({ number }) => number)).toEqual([]);
});

test("a part of a title is no title", () => {
  const source = 'test("nothing is lost at all", () => {});';
  expect(hasTest(source, "nothing is lost at all")).toBe(true);
  expect(hasTest(source, "nothing is lost")).toBe(false);
});

test("a rule without a test, and one in parts, are seen as such", () => {
  const page =
    '## Rule 1: x\n\nWhy: z\n\n- [a.test.ts](a.test.ts): "b"\n\n## Rule 2: y\n\nno test\n\n## Rule 3: z\n\n### Rule 3a: z\n';
  expect(deliveryRules(page)).toEqual([
    { number: "1", hasReason: true, heldBy: [{ file: "a.test.ts", title: "b" }], hasParts: false },
    { number: "2", hasReason: false, heldBy: [], hasParts: false },
    { number: "3", hasReason: false, heldBy: [], hasParts: true },
    { number: "3a", hasReason: false, heldBy: [], hasParts: false },
  ]);
});
