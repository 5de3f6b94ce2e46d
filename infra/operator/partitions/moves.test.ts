import { expect, test } from "vitest";
import { stateKeyOf } from "../../../schemas/state-keys.ts";
import { avroType } from "../../runtime/avro/contracts.ts";
import { type InRecord, OFFSET_KEY, type OutRecord } from "../../runtime/kafka/ports.ts";
import { movesOf } from "./moves.ts";

const TOPIC = "state";
/** 40380 lies in partition 0 of 2, 0 of 3 and 0 of 6; 40900 in 0, 1 and 4. */
const [STAYS, MOVES] = [40380, 40900];

function keyOf(number: number): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), avroType("station-id").toBuffer(number)]);
}

function log(...entries: readonly (readonly [key: number | string, value: string | null])[]): InRecord[] {
  return entries.map(([key, value], offset) => ({
    ...{ topic: TOPIC, partition: 0, offset, timestamp: 0, headers: {} },
    key: typeof key === "string" ? Buffer.from(key, "latin1") : keyOf(key),
    value: value === null ? null : Buffer.from(value),
  }));
}

const said = (
  records: readonly OutRecord[],
): readonly (readonly [number | undefined, string | undefined])[] =>
  records.map(({ partition, value }) => [partition, value?.toString()]);

test("the newest record of a station and of each of its pages goes where the station belongs", () => {
  const page = stateKeyOf(MOVES, 17);
  const { stations, copies, tombstones } = movesOf(
    log([STAYS, "s"], [MOVES, "old"], [page, "page"], [`${OFFSET_KEY}raw`, "4"], [MOVES, "new"]),
    6,
  );
  expect([...stations]).toEqual([MOVES]);
  expect(said(copies)).toEqual([
    [4, "page"],
    [4, "new"],
  ]);
  expect(said(tombstones)).toEqual([
    [0, undefined],
    [0, undefined],
  ]);
  expect(tombstones.map(({ key }) => key)).toEqual([keyOf(page), keyOf(MOVES)]);
});

test("what has a tombstone was moved before, and what is at home stays", () => {
  const moved = log([MOVES, "new"], [MOVES, null], [STAYS, "s"]);
  for (const records of [moved, log(), log([STAYS, "s"])]) {
    expect(movesOf(records, 6)).toEqual({ stations: new Set(), copies: [], tombstones: [] });
  }
});

test("a number that is no multiple moves between the partitions that there were", () => {
  expect(said(movesOf(log([MOVES, "a"]), 3).copies)).toEqual([[1, "a"]]);
});

test("a key that is none of dedup's is refused before anything is written", () => {
  expect(() => movesOf(log(["foreign", "x"]), 3)).toThrow();
});
