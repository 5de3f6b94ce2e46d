import { expect, test } from "vitest";
import { EntryDelays } from "./entry-delays.ts";

test("an entry is measured once its station's count holds it, in whichever order count and entry are seen", () => {
  const delays = new EntryDelays();
  delays.entry(1, 1_000);
  delays.entry(1, 1_010);
  delays.entry(2, 1_000);
  delays.count(1, 1, 1_050);
  expect([delays.quantile(0), delays.quantile(1)]).toEqual([50.1, 50.1]);
  delays.count(1, 3, 1_110);
  expect(delays.quantile(1)).toBe(100.1);
  delays.entry(1, 1_090);
  expect(delays.quantile(0)).toBe(20.1);
  // Of station 2 nothing was counted.
  delays.count(1, 3, 9_000);
  expect(delays.quantile(1)).toBe(100.1);
  delays.begin();
  delays.count(2, 1, 1_500);
  expect([delays.quantile(0), delays.quantile(1)]).toEqual([500.1, 500.1]);
});
