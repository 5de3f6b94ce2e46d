import { DATE, type SqlType, TIME, TIMESTAMP } from "../../sql/types.ts";
import { DAY_MS } from "../../values/time-text.ts";
import type { FunctionTable, Overload } from "./define.ts";

const MAX_LONG = 9_223_372_036_854_775_807n;
const MS_NS = 1_000_000n;
const DAY_NS = BigInt(DAY_MS) * MS_NS;

/** `F(unit, count, time)`: the values of `time` are epoch ms, epoch days, and ms of the day. */
function moving(type: SqlType, sign: 1 | -1, move: (time: number, byMs: number) => number): Overload {
  return {
    params: ["INTERVALUNIT", "INTEGER", type.base],
    returns: type,
    apply: ([unit, count, time]) => move(Number(time), sign * Number(unit) * Number(count)),
  };
}

/** Java's `MILLISECONDS.toDays`: towards the epoch. */
function movedDate(day: number, byMs: number): number {
  return Math.trunc((day * DAY_MS + byMs) / DAY_MS) | 0;
}

/** Round the clock. Java's `toNanos` ends at the greatest long: more days than that are no whole number of them. */
function movedTime(time: number, byMs: number): number {
  const by = BigInt(byMs) * MS_NS;
  const bounded = by > MAX_LONG ? MAX_LONG : by < -MAX_LONG ? -MAX_LONG : by;
  const moved = (BigInt(time) * MS_NS + (bounded % DAY_NS) + DAY_NS) % DAY_NS;
  return Number(moved / MS_NS);
}

export const INTERVAL_FUNCTIONS: FunctionTable = {
  TIMESTAMPADD: [moving(TIMESTAMP, 1, (time, by) => time + by)],
  TIMESTAMPSUB: [moving(TIMESTAMP, -1, (time, by) => time + by)],
  DATEADD: [moving(DATE, 1, movedDate)],
  DATESUB: [moving(DATE, -1, movedDate)],
  TIMEADD: [moving(TIME, 1, movedTime)],
  TIMESUB: [moving(TIME, -1, movedTime)],
};
