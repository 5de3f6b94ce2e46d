import { expect, test } from "vitest";
import { HangingWatch } from "./hanging-watch.ts";

const at = (offset: number) => ({ topic: "t", partition: 1, producerId: 7, producerEpoch: 0, offset });

test("what is open in two looks hangs, is told once, and is gone when it was ended", () => {
  const watch = new HangingWatch();
  expect(watch.look([at(5)])).toEqual([]);
  expect(watch.words).toEqual([]);
  expect(watch.look([at(5), at(9)])).toEqual([
    expect.stringMatching(/^A transaction of producer 7 hangs in t-1: .* --partition 1 --start-offset 5$/),
  ]);
  expect(watch.look([at(5)])).toEqual([]);
  expect(watch.words).toHaveLength(1);
  expect(watch.look([])).toEqual([]);
  expect(watch.count).toBe(0);
});

test("what is another transaction in each look is being ended all the time", () => {
  const watch = new HangingWatch();
  for (const offset of [1, 4, 8]) expect(watch.look([at(offset)])).toEqual([]);
});

test("a great many are counted", () => {
  const watch = new HangingWatch();
  const many = Array.from({ length: 25 }, (_, n) => at(n));
  watch.look(many);
  expect(watch.look(many)).toHaveLength(25);
  expect(watch.words).toHaveLength(11);
  expect(watch.words.at(-1)).toBe("15 more transactions hang.");
});
