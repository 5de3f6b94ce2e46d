import { expect, test } from "vitest";
import { OpeningPatience } from "./opening-patience.ts";

test("a producer is waited for twice as long after each failure, a minute at most, and as at first once it opened", () => {
  const patience = new OpeningPatience();
  const waits = Array.from({ length: 5 }, () => {
    const ms = patience.of("a");
    patience.failed("a");
    return ms;
  });
  expect(waits).toEqual([8_000, 16_000, 32_000, 64_000, 64_000]);
  expect(patience.of("b")).toBe(8_000);
  patience.opened("a");
  expect(patience.of("a")).toBe(8_000);
});
