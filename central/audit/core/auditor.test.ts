import { expect, test } from "vitest";
import { topicNames } from "../../../schemas/topics.ts";
import { Auditor } from "./auditor.ts";
import { StationSum } from "./station-sum.ts";

const STATION = 40_380;

test("of a table of sums that was made again, what the one before had too many says nothing", () => {
  const topics = topicNames("");
  const auditor = new Auditor({ topics, partitions: 1, copyOf: (kind, id) => `${kind}.${id}` });
  const sum = { ...new StationSum(true).toJSON(), off: 50 };
  auditor.restoreStation(STATION, { devices: [], sum }, {});
  const off = (): number[] =>
    auditor.partitions.flatMap(({ stations }) =>
      [...stations].map((station) => auditor.sumOf(station).miscounted),
    );
  expect(off()).toEqual([50]);
  const place = { role: "turnstileSummary" } as const;
  const at = { topic: topics.turnstileSummary, topicId: "another", partition: 0 };
  const slice = { place, ...at, from: 0, start: 0, next: 0, end: 0, madeAnew: true, seen: [] };
  auditor.take({ n: 1, now: 0, slices: [slice] });
  expect(off()).toEqual([0]);
});
