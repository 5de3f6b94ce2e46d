import type { Finding } from "../audit.ts";
import type { FindingBrief } from "../page/proof.ts";

/** One reading of raw that is not in the clean topic. */
export const LOST_READING: Finding = {
  id: "lost-dedup-40380-T1-1700000000-51",
  kind: "lost",
  hop: "dedup",
  cause: null,
  deviceId: "40380-T1",
  bootId: 1_700_000_000,
  ranges: [{ from: 51, to: 51 }],
  readings: 1,
  stationId: 40380,
  reading: "turnstile",
  evidence: [{ topic: "org.chicago.cta.readings.raw", partition: 0, offset: 7 }],
  firstSeen: 1,
  lastSeen: 1,
  detail: "in raw, and not in the clean topic",
  resolved: null,
};

/** A finding as the page has it. */
export function briefOf(id: string, words: string): FindingBrief {
  const { kind, hop, deviceId, stationId, reading, ranges, readings } = LOST_READING;
  return { id, kind, hop, deviceId, stationId, reading, ranges, readings, words };
}
