import { expect, test } from "vitest";
import type { Line } from "../../../schemas/network/network.ts";
import { differences, Standing, type TopicEntry } from "./differences.ts";
import type { SourceRow } from "./source.ts";

const stop = (name: string, lines: readonly Line[] = ["red"]) => ({
  station_id: 10,
  station_name: name,
  order: 1,
  lines,
});
const row = (name: string, lines?: readonly Line[]): SourceRow => ({ stop: stop(name, lines), json: {} });
const compare = (table: Record<number, SourceRow>, topic: Record<number, TopicEntry>) =>
  differences(entriesOf(table), entriesOf(topic)).map(({ stopId, offset, row: wanted }) => [
    stopId,
    offset,
    wanted?.stop.station_name,
  ]);
const entriesOf = <T>(record: Record<number, T>): ReadonlyMap<number, T> =>
  new Map(Object.entries(record).map(([id, value]) => [Number(id), value]));

test("what both say is no difference", () => {
  expect(compare({ 1: row("A") }, { 1: { offset: 4, stop: stop("A") } })).toEqual([]);
  // On none of the lines, or gone: the same for the table of stations.
  expect(compare({ 1: row("A", []), 2: row("B", []) }, { 2: { offset: 4, stop: null } })).toEqual([]);
});

test("a stop that the topic lacks, knows otherwise, has ended or cannot be read is to be as the table has it", () => {
  expect(
    compare(
      { 1: row("A"), 2: row("B"), 3: row("C"), 4: row("D"), 5: row("E", []) },
      {
        2: { offset: 7, stop: stop("old") },
        3: { offset: 8, stop: null },
        4: { offset: 9, stop: "unreadable" },
        5: { offset: 10, stop: stop("E") },
      },
    ),
  ).toEqual([
    [1, undefined, "A"],
    [2, 7, "B"],
    [3, 8, "C"],
    [4, 9, "D"],
    [5, 10, "E"],
  ]);
});

test("a stop that the table no longer has is to end, also where its last record cannot be read", () => {
  expect(
    compare(
      {},
      {
        1: { offset: 4, stop: stop("A") },
        2: { offset: 5, stop: "unreadable" },
        3: { offset: 6, stop: null },
      },
    ),
  ).toEqual([
    [1, 4, undefined],
    [2, 5, undefined],
  ]);
});

test("only a difference that stands unchanged is due: what changes on either side begins again", () => {
  const standing = new Standing();
  const difference = (offset: number, name: string) => [{ stopId: 1, offset, row: row(name) }];
  const due = (offset: number, name: string, now: number) =>
    standing.due(difference(offset, name), now, 100).length;
  expect([due(1, "A", 0), due(1, "A", 99), due(1, "A", 100)]).toEqual([0, 0, 1]);
  expect([due(1, "B", 101), due(2, "B", 250), due(2, "B", 350)]).toEqual([0, 0, 1]);
  // One that went away in between begins again too.
  standing.due([], 360, 100);
  expect(due(2, "B", 361)).toBe(0);
});
