import { expect, test } from "vitest";
import { LIMITS } from "../../schemas/mqtt.ts";
import { BatchLimit, BELIEVED_MS } from "./batch-limit.ts";

test("batches are as large as a gateway says that Kafka takes, for a while", () => {
  const limit = new BatchLimit();
  expect(limit.at(0)).toBe(LIMITS.batchBytes);
  expect(limit.learn(8_000, 0)).toBe(true);
  expect(limit.at(BELIEVED_MS - 1)).toBe(8_000);
  expect(limit.at(BELIEVED_MS)).toBe(LIMITS.batchBytes);
});

test("it falls as long as it is told less, and a limit below any batch is no progress", () => {
  const limit = new BatchLimit();
  expect(limit.learn(8_000, 0)).toBe(true);
  expect(limit.learn(9_000, 1)).toBe(false);
  expect(limit.learn(4_000, 2)).toBe(true);
  expect(limit.learn(-5, 3)).toBe(true);
  expect(limit.at(3)).toBeGreaterThan(0);
  expect(limit.learn(0, 4)).toBe(false);
  expect(limit.learn(LIMITS.batchBytes + 1, 5)).toBe(false);
});
