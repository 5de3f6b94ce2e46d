import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { placeOf } from "./place.ts";

const train = (more: Partial<TrainView> = {}): TrainView => ({
  id: "RL003",
  line: "red",
  direction: "b",
  stationId: 40900,
  status: "in_service",
  at: 1_000_000,
  startedAt: 0,
  stepMs: 5_000,
  stale: false,
  ...more,
});

describe("a train's place", () => {
  test("seen just now it stands at its stop, drawn firmly", () => {
    expect(placeOf(train(), 4, 32, 1_000_000)).toEqual({ order: 4, drawn: "reported" });
  });

  test("between reports it is computed, towards where it runs", () => {
    const b = placeOf(train(), 4, 32, 1_003_000);
    expect(b.drawn).toBe("computed");
    expect(b.order).toBeGreaterThan(4);
    expect(placeOf(train({ direction: "a" }), 4, 32, 1_003_000).order).toBeLessThan(4);
  });

  test("a train that is broken down, or at its terminal, stays", () => {
    expect(placeOf(train({ status: "broken_down" }), 4, 32, 1_030_000).order).toBe(4);
    expect(placeOf(train(), 32, 32, 1_030_000).order).toBe(32);
    expect(placeOf(train({ direction: "a" }), 0, 32, 1_030_000).order).toBe(0);
  });

  test("a stale train is drawn as that", () => {
    expect(placeOf(train({ stale: true }), 4, 32, 1_030_000).drawn).toBe("stale");
  });

  test("it never reaches the next stop before it was seen there, whatever the clocks say", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1e6, max: 1e9 }),
        fc.integer({ min: 1, max: 1e6 }),
        (elapsed, stepMs) => {
          const { order } = placeOf(train({ stepMs }), 4, 32, 1_000_000 + elapsed);
          expect(order).toBeGreaterThanOrEqual(4);
          expect(order).toBeLessThan(5);
        },
      ),
      { seed: 3 },
    );
  });
});
