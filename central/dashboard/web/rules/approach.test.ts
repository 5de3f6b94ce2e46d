import { describe, expect, test } from "vitest";
import type { TrainView } from "../../../../schemas/page/page.ts";
import { approaching } from "./approach.ts";

const train = (id: string, order: number, more: Partial<TrainView> = {}): TrainView => ({
  id,
  line: "red",
  direction: "b",
  stationId: order,
  status: "in_service",
  at: 0,
  startedAt: 0,
  stepMs: 5_000,
  stale: false,
  ...more,
});
const stop = { line: "red", order: 10, direction: "b" } as const;
const ids = (trains: TrainView[]): string[] =>
  approaching(trains, stop, ({ stationId }) => stationId).map(({ train }) => train.id);

describe("trains on their way to a stop", () => {
  test("are those that run towards it, nearest first", () => {
    expect(ids([train("far", 2), train("past", 11), train("near", 9), train("here", 10)])).toEqual([
      "here",
      "near",
      "far",
    ]);
  });

  test("are of its line and direction, and can be counted on", () => {
    expect(
      ids([
        train("other way", 9, { direction: "a" }),
        train("other line", 9, { line: "blue" }),
        train("broken", 9, { status: "broken_down" }),
        train("stale", 9, { stale: true }),
      ]),
    ).toEqual([]);
  });

  test("are due one step per stop after they were seen", () => {
    expect(approaching([train("x", 7, { at: 500 })], stop, () => 7)[0]).toMatchObject({
      stops: 3,
      due: 15_500,
    });
  });
});
