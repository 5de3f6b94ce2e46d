import { expect, test } from "vitest";
import { CHICAGO, networkOf } from "../../../schemas/network/network.ts";
import { NETWORK_ROWS, type NetworkRow } from "../../../schemas/network/rows.ts";
import { networkText, parseNetwork } from "./network-file.ts";

const rows = NETWORK_ROWS.filter(([line]) => line !== null);

test("Chicago's network as a file is the same network", () => {
  const read = parseNetwork(networkText(rows));
  expect(read.stations).toEqual(CHICAGO.stations);
  expect(read.stationById(40380)?.name).toBe("Clark/Lake");
  expect(networkOf(NETWORK_ROWS).stationById(1)).toBeUndefined();
});

test.each<[string, string, (row: NetworkRow) => readonly (string | number | null)[], string]>([
  ["a station of six digits", "id", (row) => row.toSpliced(2, 1, 100_000), "line 2, column 3"],
  ["a line that trains of no kind run on", "line", (row) => row.toSpliced(0, 1, "pink"), "line 2, column 1"],
  ["a column less", "end", (row) => row.slice(0, 13), "line 2 has 13 columns"],
])("%s is named by its place", (_, __, changed, place) => {
  const [first, second] = rows.slice(0, 2).map((row) => networkText([row]));
  const wrong = changed(rows[1] as NetworkRow).join("\t");
  expect(second).toBeDefined();
  expect(() => parseNetwork(`${first}${wrong}\n`)).toThrow(place);
});

test("a file without a row is none", () => {
  expect(() => parseNetwork("\n")).toThrow("no row");
});
