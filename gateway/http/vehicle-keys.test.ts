import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { vehicleKeys } from "./vehicle-keys.ts";

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");

test("a key opens for its own vehicle only", () => {
  const keys = vehicleKeys(`# fleet\nV-1 ${hash("one")}\n\nV-2  ${hash("two").toUpperCase()}\n`);
  expect(keys.allow("V-1", { "x-api-key": "one" })).toBe(true);
  expect(keys.allow("V-2", { "x-api-key": "two" })).toBe(true);
  expect(keys.allow("V-1", { "x-api-key": "two" })).toBe(false);
  expect(keys.allow("V-1", {})).toBe(false);
  expect(keys.allow("V-3", { "x-api-key": "one" })).toBe(false);
});

test("a line that is none is named", () => {
  expect(() => vehicleKeys("V-1 secret")).toThrow("line 1");
});
