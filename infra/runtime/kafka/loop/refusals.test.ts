import { expect, test } from "vitest";
import { CodedError, type ErrorCode } from "../../../../schemas/errors.ts";
import { Refusals } from "./refusals.ts";

const error = (code: ErrorCode, broker?: string) =>
  new CodedError(code, { message: "no", retryable: false, context: broker ? { broker } : {} });

test("what is refused three times in a row is named with its fix, left to others once, and tried again seldom", () => {
  const refusals = new Refusals();
  const refused = error("KAFKA_RECORD_REFUSED", "INVALID_TIMESTAMP");
  for (const _ of [1, 2]) {
    expect(refusals.note(0, refused)).toBeUndefined();
    expect(refusals.declines(0)).toBe(false);
  }
  expect(refusals.troubles).toEqual([]);
  expect(refusals.pauseMs(0)).toBeUndefined();
  expect(refusals.note(0, refused)).toMatch(/partition 0 stands: no \(is this machine's clock right\?/);
  expect([refusals.declines(0), refusals.declines(0)]).toEqual([true, false]);
  expect(refusals.declined).toEqual([0]);
  expect(refusals.pauseMs(0)).toBeGreaterThan(1_000);
  expect(refusals.troubles).toMatchObject([{ partition: 0, code: "KAFKA_RECORD_REFUSED" }]);
});

test("a transaction that hangs stands in everybody's way, and is not left to others", () => {
  const refusals = new Refusals();
  for (const _ of [1, 2, 3]) refusals.note(1, error("KAFKA_HANGING_TRANSACTION"));
  expect(refusals.declines(1)).toBe(false);
  expect(refusals.troubles).toMatchObject([{ partition: 1 }]);
});

test("a commit ends it, and other failures are none of it", () => {
  const refusals = new Refusals();
  for (const _ of [1, 2, 3, 4]) refusals.note(0, error("KAFKA_UNAVAILABLE"));
  expect(refusals.troubles).toEqual([]);
  for (const _ of [1, 2, 3]) refusals.note(0, error("KAFKA_RECORD_REFUSED", "MESSAGE_TOO_LARGE"));
  expect(refusals.troubles[0]?.message).toContain("max.message.bytes");
  refusals.clear(0);
  expect([refusals.troubles, refusals.declined, refusals.pauseMs(0)]).toEqual([[], [], undefined]);
});
