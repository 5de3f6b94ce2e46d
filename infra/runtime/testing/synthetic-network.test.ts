import { expect, test } from "vitest";
import { LINES, networkOf } from "../../../schemas/network/network.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import { networkText, parseNetwork } from "../service/network-file.ts";
import { syntheticRows } from "./synthetic-network.ts";

test.each([1, 100, 10_000])("%d stations: each once, along the lines, the same for a seed", (count) => {
  const rows = syntheticRows(count, 7);
  const { stations } = networkOf(rows);
  expect(new Set(stations.map(({ id }) => id)).size).toBe(count);
  for (const line of LINES) {
    const orders = stations.flatMap(({ stops }) => stops.filter((stop) => stop.line === line));
    expect(orders.map(({ order }) => order)).toEqual(orders.map((_, n) => n));
  }
  expect(syntheticRows(count, 7)).toEqual(rows);
  expect(parseNetwork(networkText(rows)).stations).toEqual(stations);
});

test("partitions have about as many stations each", () => {
  for (const [count, partitions] of [
    [1_000, 64],
    [10_000, 64],
    [90_000, 6],
  ] as const) {
    const shares = new Array<number>(partitions).fill(0);
    for (const [, , id] of syntheticRows(count)) {
      const partition = partitionOf(id, partitions);
      shares[partition] = (shares[partition] ?? 0) + 1;
    }
    expect(Math.max(...shares)).toBeLessThanOrEqual((1.1 * count) / partitions + 1);
  }
});

test("another seed is another network, and there are no more stations than five digits name", () => {
  expect(syntheticRows(10, 1)).not.toEqual(syntheticRows(10, 2));
  expect(() => syntheticRows(90_001)).toThrow(RangeError);
});
