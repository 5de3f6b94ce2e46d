import { describe, expect, test } from "vitest";
import { nearest } from "./spelling.ts";

describe("the nearest names", () => {
  const names = [
    "org.chicago.cta.arrivals",
    "org.chicago.cta.turnstiles",
    "TURNSTILE_SUMMARY",
    "fleet.telemetry",
  ];

  test.each([
    ["arivals", "org.chicago.cta.arrivals"],
    ["turnstile_sumary", "TURNSTILE_SUMMARY"],
    ["telemetry", "fleet.telemetry"],
    ["org.chicago.cta.turnstile", "org.chicago.cta.turnstiles"],
  ])("%s → %s", (word, name) => {
    expect(nearest(word, names)[0]).toBe(name);
  });

  test("nothing is near to something else altogether", () => {
    expect(nearest("zebra", names)).toEqual([]);
  });
});
