import { expect, test } from "vitest";
import { STATIONS } from "./network/network.ts";
import {
  formatLost,
  formatReading,
  formatTimes,
  parseLost,
  parseReading,
  parseStationTopic,
  parseTimes,
  partitionOf,
  stationTopic,
  topicNames,
} from "./topics.ts";

test("a station's topic can be read back to its kind and id, prefix or not", () => {
  for (const prefix of ["", "test-7."]) {
    for (const kind of ["arrivals", "turnstiles"] as const) {
      expect(parseStationTopic(stationTopic(kind, 40380, prefix))).toEqual({ kind, stationId: 40380 });
    }
  }
});

test("other topics are no station's", () => {
  for (const topic of Object.values(topicNames())) expect(parseStationTopic(topic)).toBeUndefined();
});

test("a prefix stands before every name and makes no two alike", () => {
  const names = Object.values(topicNames("x."));
  expect(names.every((name) => name.startsWith("x."))).toBe(true);
  expect(new Set(names).size).toBe(names.length);
});

test("the stations spread over the partitions: none holds over 60 % of two, nor is one of six empty", () => {
  const count = (partitions: number): number[] => {
    const counts = new Array<number>(partitions).fill(0);
    for (const { id } of STATIONS) {
      const p = partitionOf(id, partitions);
      counts[p] = (counts[p] ?? 0) + 1;
    }
    return counts;
  };
  expect(Math.max(...count(2))).toBeLessThan(STATIONS.length * 0.6);
  expect(Math.min(...count(6))).toBeGreaterThan(0);
});

test("hop times survive their header; anything else is refused", () => {
  const times = { service: 1, device: 2, edge: 3, gateway: 4, dedup: 5 };
  expect(parseTimes(formatTimes(times))).toEqual(times);
  for (const bad of ["", "1;2;3;4", "1;2;3;4;5;6", "a;2;3;4;5"]) expect(parseTimes(bad)).toBeUndefined();
});

test("a reading's identity survives its header; what is missing is no number", () => {
  const identity = { deviceId: "40380-T1", bootId: 7, seq: 3, total: 4 };
  expect(parseReading(formatReading("40380-T1", 7, 3, 4))).toEqual(identity);
  expect(parseReading("")).toEqual({ deviceId: "", bootId: Number.NaN, seq: Number.NaN, total: Number.NaN });
});

test("readings named as lost survive their header; what is no range of readings is left out", () => {
  const ranges = [
    { deviceId: "40380-T1", bootId: 7, from: 3, to: 9 },
    { deviceId: "40380-blue-A1", bootId: 8, from: 1, to: 1 },
  ];
  expect(parseLost(formatLost(ranges))).toEqual(ranges);
  expect(parseLost(`,x,40380-T1;7;0;1,40380-T1;7;2;1,40380-T1;a;1;1,${formatLost(ranges)}`)).toEqual(ranges);
  expect(parseLost("")).toEqual([]);
});
