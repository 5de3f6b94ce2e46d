import { expect, test } from "vitest";
import { type Finding, isOpen } from "./audit.ts";

const FOUND: Pick<Finding, "cause" | "resolved"> = { cause: null, resolved: null };

test("what is unexplained breaks the proof until an operator resolves it", () => {
  expect(isOpen(FOUND)).toBe(true);
  expect(isOpen({ ...FOUND, resolved: { at: 1, by: "operator", reason: "the disk was restored" } })).toBe(
    false,
  );
});

test("a loss with its cause is accounted for", () => {
  expect(isOpen({ ...FOUND, cause: "dead-letter" })).toBe(false);
});
