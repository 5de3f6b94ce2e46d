import { expect, test } from "vitest";
import { CleanCount } from "./clean-count.ts";

function counted(...readings: readonly string[]): CleanCount {
  const count = new CleanCount();
  for (const [offset, reading] of readings.entries()) {
    count.add({ topic: "t", partition: 0, offset, headers: { reading } });
  }
  return count;
}

test("each device and boot counts on its own", () => {
  const count = counted("A;1;1;1", "B;1;1;1", "A;1;2;2", "A;2;1;1", "B;1;2;2");
  expect([count.readings, count.fault]).toEqual([5, undefined]);
});

test.each([
  ["missing", ["A;1;1;1", "A;1;3;3"], "t 0 at 1: A of boot 1: 3 where 2 was due"],
  ["twice", ["A;1;1;1", "A;1;1;1"], "t 0 at 1: A of boot 1: 1 where 2 was due"],
  ["out of order", ["A;1;2;2", "A;1;1;1"], "t 0 at 0: A of boot 1: 2 where 1 was due"],
])("a reading %s is seen", (_, readings, fault) => {
  expect(counted(...readings).fault).toBe(fault);
});
