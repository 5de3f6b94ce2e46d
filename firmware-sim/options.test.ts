import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { LINES } from "../schemas/network/network.ts";
import { devicesFor, durationOption, type SimulatorOptions } from "./options.ts";

const all: SimulatorOptions = {
  speed: 60,
  seed: 1,
  lines: LINES,
  stations: [],
  turnstilesPerStation: 2,
  traffic: true,
  weather: true,
  baud: 115_200,
};

test("all lines have 372 devices; one line its own sensors and its stations' turnstiles", () => {
  expect(devicesFor(all)).toHaveLength(372);
  expect(devicesFor({ ...all, lines: ["green"] })).toHaveLength(28 * 4);
  expect(
    devicesFor({ ...all, lines: ["green"], stations: [40380], turnstilesPerStation: 3 }).map((d) => d.id),
  ).toEqual(["40380-green-A1", "40380-green-A2", "40380-T1", "40380-T2", "40380-T3"]);
});

test.each([
  ["20s", 20_000],
  ["1.5", 1500],
  ["500ms", 500],
  ["2m", 120_000],
  ["1h", 3_600_000],
])("%s is %i ms", (text, ms) => expect(durationOption(text)).toBe(ms));

test("what is no duration is refused with what would do", () => {
  for (const wrong of ["", "0", "-1s", "soon"])
    expect(() => durationOption(wrong)).toThrow(InvalidArgumentError);
});
