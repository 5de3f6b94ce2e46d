import { expect, test } from "vitest";
import { Findings } from "./findings.ts";
import { StationAudit } from "./station.ts";
import { Summary } from "./summary.ts";

const STATION = 40_610;
const CLEAN = 0;
const TABLE = { topic: "summary", partition: 0 };

function audited(): {
  readonly found: () => number | undefined;
  readonly record: (offset: number) => void;
  readonly show: (count: number, cut: number | null, offset: number, look: number) => void;
  readonly judge: (position: number, caught: number) => void;
  readonly summary: Summary;
} {
  const findings = new Findings();
  const station = new StationAudit(STATION, { found: () => {}, withdrawn: () => {} }, true);
  const summary = new Summary(findings, 1);
  return {
    summary,
    found: () => [...findings.all][0]?.readings,
    record: (offset) => station.sum.record(offset, 0),
    show(count, cut, offset, look) {
      const cuts = cut === null ? null : new Map([[CLEAN, cut]]);
      const seen = { kind: "sum", stationId: STATION, offset, since: 0, count, cuts, ownCut: null } as const;
      summary.show(station, CLEAN, seen, { ...TABLE, offset }, look);
    },
    judge: (position, caught) => summary.judge([station], CLEAN, position, caught, 0),
  };
}

test("what a sum has too many stays, exactly, while records are on their way into it", () => {
  const { found, record, show, judge } = audited();
  for (let offset = 0; offset < 60; offset++) record(offset);
  show(110, 60, 0, 1);
  judge(60, 2);
  expect(found()).toBe(50);
  record(60);
  judge(61, 3);
  expect(found()).toBe(50);
  show(111, 61, 1, 4);
  judge(61, 5);
  expect(found()).toBe(50);
});

test("of a table without cuts, what is too many is known to be at least what it was", () => {
  const { found, record, show, judge } = audited();
  for (let offset = 0; offset < 60; offset++) record(offset);
  show(110, null, 0, 1);
  judge(60, 2);
  expect(found()).toBe(50);
  record(60);
  judge(61, 3);
  expect(found()).toBe(50);
  show(112, null, 1, 4);
  judge(61, 5);
  expect(found()).toBe(51);
});

test("of a table without cuts, what is missing is known to be at least what it was", () => {
  const { found, record, show, judge, summary } = audited();
  for (let offset = 0; offset < 60; offset++) record(offset);
  show(10, null, 0, 1);
  summary.progressed(new Map([[CLEAN, 60]]), 1);
  summary.readBefore([2]);
  judge(60, 2);
  expect(found()).toBe(-50);
  // One more is counted, which is behind what the query has told.
  record(60);
  show(11, null, 1, 3);
  summary.readBefore([4]);
  judge(61, 4);
  expect(found()).toBe(-50);
});

test("a row that tells a cut of its own is held against the records below it, and speaks for no other row", () => {
  const findings = new Findings();
  const watch = { found: () => {}, withdrawn: () => {} };
  const [first, second] = [STATION, STATION + 20].map((id) => new StationAudit(id, watch, true));
  if (!first || !second) throw new Error("two stations");
  const summary = new Summary(findings, 1);
  const show = (station: StationAudit, count: number, cut: number, offset: number, look: number): void => {
    const ownCut = new Map([[CLEAN, cut]]);
    const seen = { kind: "sum", stationId: station.id, offset, since: 0, count, cuts: null, ownCut } as const;
    summary.show(station, CLEAN, seen, { ...TABLE, offset }, look);
  };
  // By turns: the second station's rows come later, from another part of a parallel query.
  for (let offset = 0; offset < 20; offset++) (offset % 2 === 0 ? first : second).sum.record(offset, 0);
  show(second, 5, 10, 0, 1);
  show(first, 10, 19, 1, 1);
  summary.readBefore([2]);
  summary.judge([first, second], CLEAN, 20, 2, 0);
  expect([...findings.all]).toEqual([]);
  expect([first.sum.unsure, second.sum.unsure]).toEqual([0, 5]);

  show(second, 9, 20, 2, 2);
  summary.judge([first, second], CLEAN, 20, 3, 0);
  expect([...findings.all].map(({ stationId, readings }) => [stationId, readings])).toEqual([
    [second.id, -1],
  ]);
});
