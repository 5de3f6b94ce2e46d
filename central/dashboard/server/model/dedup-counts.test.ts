import { describe, expect, test } from "vitest";
import type { BootState, DedupState } from "../../../../schemas/records.ts";
import { DedupCounts, SETTLE_MS } from "./dedup-counts.ts";

const boot = (device_id: string, to: number): BootState => ({
  device_id,
  boot_id: 5,
  ranges: to === 0 ? [] : [{ from: 1, to }],
  lost: [],
  duplicates: 0,
  total: to,
});
const state = (boots: BootState[], entries: number, arrivals = 0): DedupState => ({
  station_id: 40380,
  boots,
  entries,
  arrivals,
  service_time: 0,
});

describe("dedup's counts", () => {
  test("a record that counts what its ranges say is believed", () => {
    const counts = new DedupCounts();
    counts.set(state([boot("40380-T1", 3), boot("40380-T2", 4), boot("40380-blue-A1", 2)], 7, 2), 0);
    expect(counts.violations).toEqual([]);
  });

  test.each([
    ["more entries than accepted", state([boot("40380-T1", 3)], 4)],
    ["fewer entries than accepted", state([boot("40380-T1", 3)], 2)],
    ["an arrival too many", state([boot("40380-T1", 3)], 3, 1)],
    ["a device that is none", state([boot("toaster", 3)], 3)],
    [
      "ranges that overlap",
      state(
        [
          {
            ...boot("40380-T1", 3),
            ranges: [
              { from: 1, to: 2 },
              { from: 2, to: 2 },
            ],
          },
        ],
        3,
      ),
    ],
  ])("%s is a contradiction, until a record is right again", (_, wrong) => {
    const counts = new DedupCounts();
    counts.set(wrong, 0);
    expect(counts.violations).toHaveLength(1);
    counts.set(state([boot("40380-T1", 5)], 5), 1);
    expect(counts.violations).toEqual([]);
  });

  test("boots of which the record has sums only are counted with the oldest of the others", () => {
    const counts = new DedupCounts();
    const sums = { boots: 900, accepted: 1_800, lost: 2, duplicates: 7, refused: 3, closed: [] };
    counts.set({ ...state([boot("40380-T1", 3)], 1_803), older: [{ device_id: "40380-T1", ...sums }] }, 0);
    expect(counts.violations).toEqual([]);
    expect(counts.boots("40380-T1")).toMatchObject([
      { boot_id: 5, duplicates: 7, total: 1_805 },
      { boot_id: 5 },
    ]);
    counts.set({ ...state([boot("40380-T1", 3)], 1_804), older: [{ device_id: "40380-T1", ...sums }] }, 1);
    expect(counts.violations[0]).toContain("accepted 1803 entries and wrote 1804");
  });

  test("a record of 50,000 boots, as versions before wrote it, is taken in at once", () => {
    const counts = new DedupCounts();
    const boots = Array.from({ length: 50_000 }, (_, i) => ({ ...boot("40380-T1", 1), boot_id: i }));
    counts.set(state(boots, 50_000), 0);
    expect(counts.boots("40380-T1")).toHaveLength(50_000);
  });

  test("a count that falls is a contradiction", () => {
    const counts = new DedupCounts();
    counts.set(state([boot("40380-T1", 5)], 5), 0);
    counts.set(state([boot("40380-T1", 4)], 4), 1);
    expect(counts.violations[0]).toContain("fell from 5 to 4");
  });

  test("what was counted at a moment is remembered as long as it is asked for", () => {
    const counts = new DedupCounts();
    counts.set(state([boot("40380-T1", 1)], 1), 1_000);
    counts.set(state([boot("40380-T1", 2)], 2), 2_000);
    counts.set(state([boot("40380-T1", 3)], 3), 2_000 + SETTLE_MS);
    expect(counts.bootsAt("40380-T1", 2_000)[0]?.total).toBe(2);
    expect(counts.bootsAt("40380-T1", 999)).toEqual([]);
    expect(counts.boots("40380-T1")[0]?.total).toBe(3);
  });
});
