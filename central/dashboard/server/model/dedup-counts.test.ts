import { expect, test } from "vitest";
import type { BootState, DedupState } from "../../../../schemas/records.ts";
import { DedupCounts } from "./dedup-counts.ts";

const boot = (device_id: string, boot_id: number, to: number): BootState => ({
  device_id,
  boot_id,
  ranges: [{ from: 1, to }],
  lost: [],
  duplicates: 0,
  total: to,
});
const state = (...boots: readonly BootState[]): DedupState => ({
  station_id: 40380,
  boots,
  entries: 0,
  arrivals: 0,
  service_time: 0,
});

test("a device's boots are those of its station's newest state, until that is forgotten", () => {
  const counts = new DedupCounts();
  counts.set(state(boot("40380-T1", 5, 3)));
  counts.set(state(boot("40380-T1", 5, 4), boot("40380-T2", 5, 7), boot("40380-T1", 6, 1)));
  expect(counts.boots("40380-T1").map(({ boot_id, total }) => [boot_id, total])).toEqual([
    [5, 4],
    [6, 1],
  ]);
  expect(counts.boots("40380-T2")).toHaveLength(1);
  expect(counts.boots("40900-T1")).toEqual([]);
  counts.forget(40380);
  expect(counts.boots("40380-T1")).toEqual([]);
});

test("of a station that was moved its new record counts, in whatever order both partitions are read", () => {
  const before = { ...state(boot("40380-T1", 5, 3)), entries: 3 };
  const after = { ...state(boot("40380-T1", 5, 4)), entries: 4 };
  const old: ((counts: DedupCounts) => void)[] = [
    (counts) => counts.set(before, 0),
    (counts) => counts.forget(40380, 0),
  ];
  const fresh: typeof old = [(counts) => counts.set(before, 4), (counts) => counts.set(after, 4)];
  for (const steps of [
    [...old, ...fresh],
    [...fresh, ...old],
    [fresh[0], ...old, fresh[1]],
    [old[0], ...fresh, old[1]],
  ]) {
    const counts = new DedupCounts();
    for (const step of steps) step?.(counts);
    expect(counts.boots("40380-T1").map(({ total }) => total)).toEqual([4]);
  }
});

test("boots of which the record has sums only are counted with the oldest of the others", () => {
  const counts = new DedupCounts();
  const sums = { boots: 900, accepted: 1_800, lost: 2, duplicates: 7, refused: 3, closed: [] };
  counts.set({ ...state(boot("40380-T1", 5, 3)), older: [{ device_id: "40380-T1", ...sums }] });
  expect(counts.boots("40380-T1")).toMatchObject([
    { boot_id: 5, duplicates: 7, total: 1_805 },
    { boot_id: 5, total: 3 },
  ]);
});

test("a record of 50,000 boots, as versions before wrote it, is taken in at once", () => {
  const counts = new DedupCounts();
  counts.set(state(...Array.from({ length: 50_000 }, (_, i) => boot("40380-T1", i, 1))));
  expect(counts.boots("40380-T1")).toHaveLength(50_000);
});
