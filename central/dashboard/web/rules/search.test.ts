import { expect, test } from "vitest";
import { STATIONS } from "../../../../schemas/network/network.ts";
import { findStations } from "./search.ts";

const names = (text: string) => findStations(STATIONS, text).map(({ name }) => name);

test.each([
  ["clark lake", ["Clark/Lake"]],
  ["ohare", ["O'Hare", "Western/O'Hare Branch"]],
  ["40380", ["Clark/Lake"]],
  ["roosev", ["Roosevelt"]],
  ["rosevelt", ["Roosevelt"]],
  ["jeferson", ["Jefferson Park"]],
  ["cumbreland", ["Cumberland"]],
  ["zzzz", []],
  ["xy", []],
])("%s finds %j", (text, found) => {
  expect([...names(text)].sort()).toEqual([...found].sort());
});

test("nothing typed is everything", () => {
  expect(names(" ")).toHaveLength(STATIONS.length);
});
