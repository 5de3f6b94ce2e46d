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
      const seen = { kind: "sum", stationId: STATION, offset, since: 0, count, cuts } as const;
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
