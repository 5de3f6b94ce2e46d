import { expect, test } from "vitest";
import { formatReading } from "../../schemas/topics.ts";
import { ReplayCount } from "./count.ts";

const DEVICE = "40380-T1";
const BOOT = 7;

function count(clean: readonly number[], raw: readonly (readonly [from: number, to: number])[] = []) {
  const replay = new ReplayCount();
  for (const seq of clean) replay.clean(formatReading(DEVICE, BOOT, seq, seq));
  for (const [from, to] of raw) replay.raw({ deviceId: DEVICE, bootId: BOOT, from, to });
  return replay.counted;
}

test("each number once and in order is as it should be, wherever the interval begins", () => {
  expect(count([11, 12, 13, 14], [[1, 20]])).toEqual({
    entries: 4,
    arrivals: 0,
    devices: 1,
    stations: [{ stationId: 40_380, entries: 4, arrivals: 0 }],
    nameless: 0,
    faults: [],
    inRaw: 4,
    notCompared: 0,
  });
});

test.each([
  ["missing", [11, 14], [{ from: 12, to: 13 }]],
  ["doubled", [11, 12, 12, 13], [{ from: 12, to: 12 }]],
  ["out of order", [11, 13, 12, 14], [{ from: 12, to: 12 }]],
] as const)("%s is named", (what, clean, ranges) => {
  const named = ranges.map((range) => ({ what, deviceId: DEVICE, bootId: BOOT, ...range }));
  expect(count(clean, [[1, 20]]).faults).toEqual(named);
});

test("what the raw topic never had is named, from the first number on that was read of it", () => {
  const { faults, inRaw, notCompared } = count(
    [11, 12, 13, 14, 15],
    [
      [13, 13],
      [15, 15],
    ],
  );
  expect(faults).toEqual([
    { what: "never in the raw topic", deviceId: DEVICE, bootId: BOOT, from: 14, to: 14 },
  ]);
  expect([inRaw, notCompared]).toEqual([2, 2]);
  expect(count([11, 12])).toMatchObject({ faults: [], inRaw: 0, notCompared: 2 });
});

test("each boot has a count of its own, and entries and arrivals are counted apart", () => {
  const replay = new ReplayCount();
  for (const [boot, seq] of [
    [7, 8],
    [7, 9],
    [8, 1],
  ])
    replay.clean(formatReading(DEVICE, boot ?? 0, seq ?? 0, seq ?? 0));
  replay.clean(formatReading("40380-blue-A1", 7, 3, 3));
  replay.clean(undefined);
  replay.clean("nobody;7;1;1");
  expect(replay.counted).toMatchObject({ entries: 3, arrivals: 1, devices: 2, nameless: 2, faults: [] });
});

test("faults are told in the order of devices and boots, in whatever order their topics were read", () => {
  const boots = [
    ["40380-blue-A1", 7],
    ["40380-T1", 8],
    ["40380-T1", 7],
  ] as const;
  const told = [boots, boots.toReversed()].map((order) => {
    const replay = new ReplayCount();
    for (const [device, boot] of order)
      for (const seq of [1, 1]) replay.clean(formatReading(device, boot, seq, seq));
    return replay.counted.faults.map(({ deviceId, bootId }) => `${deviceId} ${bootId}`);
  });
  expect(told[0]).toEqual(["40380-T1 7", "40380-T1 8", "40380-blue-A1 7"]);
  expect(told[1]).toEqual(told[0]);
});
