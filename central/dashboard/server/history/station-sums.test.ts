import { expect, test } from "vitest";
import { HEADERS, partitionOf } from "../../../../schemas/topics.ts";
import { StationSums } from "./station-sums.ts";

const PARTITIONS = 2;
const stations = [40380, 41660, 40390, 41400];
const here = stations.filter((id) => partitionOf(id, PARTITIONS) === 0);

function see(sums: StationSums, stationId: number, count: number | null, cut?: string): void {
  const record = { topic: "sums", partition: 0, offset: 0, timestamp: 0, key: null, value: null };
  const headers: Record<string, string> = cut === undefined ? {} : { [HEADERS.cut]: cut };
  sums.see({ ...record, headers }, { kind: "summary", at: 0, stationId, count });
}

test("a partition's sums are where its newest row is, each station's as it was written last", () => {
  const sums = new StationSums();
  const [first = 0, second = 0] = here;
  see(sums, first, 5, "0:10,1:3");
  see(sums, second, 7, "0:14,1:9");
  expect(sums.at(0, PARTITIONS)).toEqual({
    offset: 14,
    counts: new Map([
      [first, 5],
      [second, 7],
    ]),
  });
});

test("sums that do not say how far they are tell nothing, nor do rows that are gone", () => {
  const sums = new StationSums();
  const [first = 0] = here;
  see(sums, first, 5);
  expect(sums.at(0, PARTITIONS)).toBeNull();
  see(sums, first, 5, "0:10");
  see(sums, first, null);
  expect(sums.at(0, PARTITIONS)).toBeNull();
});
