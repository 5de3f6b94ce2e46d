import { expect, test } from "vitest";
import { nearestStations } from "./stations.ts";

test("a mistyped station finds the nearest: by id, by part of a name, by misspelling", () => {
  expect(nearestStations("40380").map((s) => s.name)).toEqual(["Clark/Lake"]);
  expect(nearestStations("clark/lake", 1).map((s) => s.id)).toEqual([40380]);
  expect(nearestStations("Logn Square", 1).map((s) => s.name)).toEqual(["Logan Square"]);
  expect(nearestStations("Clak", 3).map((s) => s.name)).toContain("Clark/Lake");
  expect(nearestStations("40381").map((s) => s.id)).toContain(40380);
});
