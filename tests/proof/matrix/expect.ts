import { parseDeviceId } from "../../../schemas/network/devices.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import { CANCELLED, type Strike, struckSeq } from "../injectors/strike.ts";
import type { OracleDifference } from "../world/oracle.ts";
import type { Expected } from "./cells.ts";

/** The struck readings that a finding must name: exactly these. Empty for a sum. */
export function namesOf({ named, whose }: Expected, strike: Strike): readonly SeqRange[] {
  const one = struckSeq(strike);
  const { from, to } = strike.range;
  switch (named) {
    case "one":
      return [{ from: one, to: one }];
    case "pair":
      return [{ from: one, to: one + 1 }];
    case "fifty":
      return whose === "target" ? [{ from, to: from + CANCELLED - 1 }] : [{ from: 1, to: CANCELLED }];
    case "all":
      return [{ from, to }];
    case "sum":
      return [];
  }
}

/** By how much a sum is off. */
function differenceOf({ off = 1 }: Expected, { fault, range }: Strike): number {
  if (fault === "±50 that cancel") return off * CANCELLED;
  return off * (fault === "whole batch gone" ? range.to - range.from + 1 : 1);
}

/**
 * Does this finding say exactly what was done: kind, hop, station, device, boot, numbers and kind of reading?
 */
export function says(finding: OracleDifference, expected: Expected, strike: Strike): boolean {
  const { stationId, deviceId, bootId } = strike[expected.whose];
  const kind = parseDeviceId(deviceId)?.kind;
  if (!expected.kinds.includes(finding.kind) || !expected.hops.includes(finding.hop)) return false;
  if (finding.stationId !== stationId || finding.reading !== kind) return false;
  if (expected.named === "sum") return finding.readings === differenceOf(expected, strike);
  if (finding.deviceId !== deviceId || finding.bootId !== bootId) return false;
  return covers(finding.ranges, namesOf(expected, strike), expected.named === "pair");
}

/**
 * The same numbers. Of a swapped pair either is out of order with the other, so one of the two is enough.
 */
function covers(found: readonly SeqRange[], wanted: readonly SeqRange[], either: boolean): boolean {
  const numbers = new Set(numbersOf(found));
  const all = numbersOf(wanted);
  const hit = all.filter((n) => numbers.has(n));
  return hit.length === numbers.size && (either ? hit.length > 0 : hit.length === all.length);
}

function numbersOf(ranges: readonly SeqRange[]): number[] {
  return ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
}
