import { expect, test } from "vitest";
import { type FaultKind, planned } from "./plan.ts";

const KINDS: readonly FaultKind[] = [
  { name: "kill", weight: 3, targets: ["gateway", "kafka"], lasts: [0, 0] },
  { name: "freeze", weight: 1, targets: ["edge"], lasts: [1_000, 60_000] },
  { name: "never", weight: 0, targets: ["edge"], lasts: [0, 0] },
];

test("one seed gives one plan, another seed another", () => {
  expect(planned(7, 600_000, KINDS)).toEqual(planned(7, 600_000, KINDS));
  expect(planned(7, 600_000, KINDS)).not.toEqual(planned(8, 600_000, KINDS));
});

test("faults come in their order within the time, as often as they weigh, and last within their bounds", () => {
  const plan = planned(1, 3_600_000, KINDS);
  expect(plan.map(({ atMs }) => atMs)).toEqual(plan.map(({ atMs }) => atMs).toSorted((x, y) => x - y));
  expect(plan.at(-1)?.atMs).toBeLessThan(3_600_000);
  const of = (name: string) => plan.filter(({ fault }) => fault === name);
  expect(of("kill").length).toBeGreaterThan(2 * of("freeze").length);
  expect(of("never")).toEqual([]);
  expect(new Set(of("kill").map(({ target }) => target))).toEqual(new Set(["gateway", "kafka"]));
  expect(of("freeze").every(({ forMs }) => forMs >= 1_000 && forMs <= 60_000)).toBe(true);
});

test("without kinds there is nothing to plan", () => {
  expect(planned(1, 600_000, [])).toEqual([]);
});
