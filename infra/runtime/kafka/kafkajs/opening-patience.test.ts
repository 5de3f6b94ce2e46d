import { expect, test } from "vitest";
import { CodedError } from "../../../../schemas/errors.ts";
import { OpeningPatience } from "./opening-patience.ts";

const failure = (context?: { readonly timeoutMs: number }): CodedError =>
  new CodedError("KAFKA_UNAVAILABLE", { message: "", retryable: true, ...(context ? { context } : {}) });
const TOO_SHORT = failure({ timeoutMs: 8_000 });

test("a producer is waited for twice as long after each failure, a minute at most, and as at first once it opened", () => {
  const patience = new OpeningPatience();
  const waits = Array.from({ length: 5 }, () => {
    const ms = patience.of("a");
    patience.failed("a", TOO_SHORT);
    return ms;
  });
  expect(waits).toEqual([8_000, 16_000, 32_000, 64_000, 64_000]);
  expect(patience.of("b")).toBe(8_000);
  patience.opened("a");
  expect(patience.of("a")).toBe(8_000);
});

test("a refusal says nothing of the time: a broker that is away is asked again as soon as before", () => {
  const patience = new OpeningPatience();
  for (const error of [failure(), new Error("ECONNREFUSED"), undefined]) patience.failed("a", error);
  expect(patience.of("a")).toBe(8_000);
});
