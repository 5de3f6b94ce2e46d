import { expect, test } from "vitest";
import { ManualClock } from "../infra/runtime/testing/manual-clock.ts";
import { WallClock } from "./wall-clock.ts";

const DAY_MS = 86_400_000;

function setUp() {
  const real = new ManualClock();
  const clock = new WallClock(real);
  return { real, clock, off: () => clock.now() - real.now() };
}

test("an order makes the wall clock wrong, for its time and no longer; intervals stay right", () => {
  const { real, clock, off } = setUp();
  clock.obey(`wall-clock ${DAY_MS} 20000`);
  expect(off()).toBe(DAY_MS);
  expect(clock.monotonic()).toBe(real.monotonic());
  real.advance(19_999);
  expect(off()).toBe(DAY_MS);
  real.advance(1);
  expect(off()).toBe(0);
});

test("a later order takes the place of an earlier one", () => {
  const { real, clock, off } = setUp();
  clock.obey("wall-clock -3600000 1000");
  clock.obey("wall-clock 5000 60000");
  real.advance(1_000);
  expect(off()).toBe(5_000);
  clock.obey("wall-clock 0 0");
  expect(off()).toBe(0);
});

test.each(["", "wall-clock", "wall-clock 5", "wall-clock 5 -1", "wall-clock 5 9999999", "other 5 5"])(
  "%j is no order",
  (line) => {
    const { clock, off } = setUp();
    clock.obey(line);
    expect(off()).toBe(0);
  },
);
