import { describe, expect, test } from "vitest";
import { heldFrom, momentIn, mustBeHeld, wholeIn } from "./held.ts";

describe("what is held", () => {
  test.each([
    ["nothing, where no partition has a record", [{ start: 0, firstAt: null }], null],
    [
      "all, from the second of the first reading on, where nothing was deleted",
      [
        { start: 0, firstAt: 5_500 },
        { start: 0, firstAt: 5_300 },
        { start: 0, firstAt: null },
      ],
      5_000,
    ],
    [
      "from the first whole second of the last partition that lost its oldest records",
      [
        { start: 90, firstAt: 7_700 },
        { start: 40, firstAt: 8_001 },
        { start: 0, firstAt: 1_100 },
      ],
      9_000,
    ],
  ])("is %s", (_, partitions, from) => {
    expect(heldFrom(partitions)).toBe(from);
  });

  test("a moment before it, or yet to come, is refused with what can be asked for", () => {
    const noon = Date.UTC(2026, 10, 30, 12);
    const held = { from: noon, to: noon + 1_000 };
    expect(() => mustBeHeld(noon, held)).not.toThrow();
    expect(() => mustBeHeld(noon - 1, held)).toThrow(/nothing before 2026-11-30T12:00:00.000Z/);
    expect(() => mustBeHeld(noon + 1_001, held)).toThrow(/has not come yet/);
    expect(() => mustBeHeld(noon, { ...held, from: null })).toThrow(/no reading yet/);
  });

  test("a request's moment has its zone, and its numbers are within bounds", () => {
    expect(momentIn("at", "2026-11-30T12:00:00Z")).toBe(Date.UTC(2026, 10, 30, 12));
    expect(momentIn("at", "2026-11-30T12:00:00.5+01:00")).toBe(Date.UTC(2026, 10, 30, 11, 0, 0, 500));
    for (const wrong of ["2026-11-30T12:00:00", "12:00", "1", undefined, ["2026-11-30T12:00:00Z"]])
      expect(() => momentIn("at", wrong)).toThrow(/\?at= is no moment: give one as 2026/);
    const bounds = { least: 1, most: 9, left: 4 };
    expect([wholeIn("n", undefined, bounds), wholeIn("n", "9", bounds)]).toEqual([4, 9]);
    for (const wrong of ["0", "10", "1.5", "x"])
      expect(() => wholeIn("n", wrong, bounds)).toThrow(/\?n= must be a whole number from 1 to 9/);
  });
});
