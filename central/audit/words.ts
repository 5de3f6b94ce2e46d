import type { AuditHop, Finding } from "../../schemas/audit.ts";
import { DEVICE_WORDS } from "../../schemas/network/devices.ts";

/** "1 reading", "9 readings", "81,204 entries". */
export function counted(n: number, one: string, many: string): string {
  return `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
}

/** "12 s", "4 min", "2 h". */
export function ageWords(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** "Turnstile 40380-T1: 51–60 and 70 are in raw, and not in the clean topic." */
export function findingWords({
  kind,
  deviceId,
  stationId,
  reading,
  ranges,
  readings,
  detail,
  evidence,
}: Finding): string {
  if (kind === "miscounted") {
    const by = counted(Math.abs(readings), "entry", "entries");
    return `Station ${stationId}: the sum is ${by} too ${readings > 0 ? "high" : "low"}.`;
  }
  if (deviceId === null) {
    const [first] = evidence;
    const place = first ? `${first.topic}-${first.partition}` : "Devices";
    return `${place}: ${counted(readings, "record", "records")} ${detail}.`;
  }
  const who = reading ? `${DEVICE_WORDS[reading]} ${deviceId}` : deviceId;
  return `${who}: ${numberWords(ranges, readings)}, ${detail}.`;
}

/** "number 51", "numbers 51–60 and 70", "3 readings". */
function numberWords(ranges: Finding["ranges"], readings: number): string {
  if (ranges.length === 0) return counted(readings, "reading", "readings");
  const spans = ranges.slice(0, 3).map(({ from, to }) => (from === to ? `${from}` : `${from}–${to}`));
  const more = ranges.length > 3 ? ` and ${ranges.length - 3} more stretches` : "";
  const single = ranges.length === 1 && ranges[0]?.from === ranges[0]?.to;
  return `number${single ? "" : "s"} ${spans.join(", ")}${more}`;
}

/** What stands between the two places of a hop. */
export const HOP_WORDS: Readonly<Record<AuditHop, string>> = {
  device: "in devices",
  outbox: "in outboxes",
  gateway: "at the gateway",
  raw: "in raw",
  dedup: "before dedup",
  "station-topic": "before the stations' own topics",
  summary: "before the sums",
  table: "before PostgreSQL's table",
};
