import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { MUTANTS } from "./list.ts";
import { pathOf } from "./mutate.ts";

/* `npm run mutants` runs the auditor's tests on each; this holds that they are still what they say. */
test.each(MUTANTS.map((mutant) => [mutant.rule, mutant] as const))(
  "%s: its text is in its file once",
  (_, mutant) => {
    expect(readFileSync(pathOf(mutant), "utf8").split(mutant.from)).toHaveLength(2);
  },
);

test("no two break the same rule", () => {
  expect(new Set(MUTANTS.map(({ rule }) => rule)).size).toBe(MUTANTS.length);
});
