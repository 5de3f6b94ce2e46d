import { expect, test } from "vitest";
import { DAY_OPTIONS, numberFrom } from "./day-options.ts";

test("what is no line, station, time or number is refused with what would do", () => {
  expect(() => DAY_OPTIONS.lines("red,pink")).toThrow('"pink" is not one of red, blue, green');
  expect(() => DAY_OPTIONS.stations("40381")).toThrow("40380 Clark/Lake");
  expect(() => DAY_OPTIONS.from("noon")).toThrow("for example 2018");
  expect(() => numberFrom(1, 9, true)("1.5")).toThrow("whole number from 1 to 9");
  expect(numberFrom(1, 9)("1.5")).toBe(1.5);
});

test("a list may have blanks and a comma at its end", () => {
  expect(DAY_OPTIONS.lines("red, blue,")).toEqual(["red", "blue"]);
  expect(DAY_OPTIONS.stations(" 40380,")).toEqual([40380]);
  expect(() => DAY_OPTIONS.lines(",")).toThrow("is not one of");
});
