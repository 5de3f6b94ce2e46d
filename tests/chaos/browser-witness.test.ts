import { expect, test } from "vitest";
import { entriesOf, ledgerOf } from "./browser-witness.ts";

test("entries are read as a visitor reads them, and a station without data has none", () => {
  const shown = entriesOf([
    { href: "#/station/40380", label: "Clark/Lake: 1,234 entries" },
    { href: "#/station/40900", label: "Howard: 1 entry, a device is silent" },
    { href: "#/station/41400", label: "Roosevelt: no data" },
    { href: "#/station/41320", label: "Stop 12: 7 entries" },
    { href: "#/train/RL003", label: "RL003: 9 entries" },
  ]);
  expect([...shown]).toEqual([
    ["40380", 1_234],
    ["40900", 1],
    ["41320", 7],
  ]);
});

test("the ledger of a station is that of its turnstiles; one that was not pressed is not in it", () => {
  const pressed = new Map([
    ["40380-T1", 3],
    ["40380-T2", 4],
    ["41400-T1", 0],
  ]);
  expect([...ledgerOf(pressed)]).toEqual([["40380", 7]]);
});
