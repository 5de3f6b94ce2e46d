import { textTable } from "../../infra/runtime/text/table.ts";
import { durationText, megabytesText } from "../../infra/runtime/text/units.ts";
import { type Ledger, waitingOf } from "./ledger.ts";
import type { Outbox, QuarantinedReading } from "./ports.ts";

/** What `edge outbox 40380` shows: a line per device, then the whole. */
export function describeOutbox(outbox: Outbox, stationId: number, now: number): string {
  const devices = outbox.devices(stationId).map((id) => outbox.ledger(id));
  const rows = devices.map((ledger) => [
    ledger.deviceId,
    String(waitingOf(ledger)),
    ageOf(outbox, ledger, now),
    String(ledger.stored),
    String(ledger.published),
    String(ledger.quarantined),
  ]);
  const head = ["device", "waiting", "oldest", "stored", "published", "quarantined"];
  const waiting = devices.reduce((n, ledger) => n + waitingOf(ledger), 0);
  const { readings, bytes, limit } = outbox.size();
  return [
    ...textTable([head, ...rows]),
    "",
    `${waiting} readings of station ${stationId} wait; the whole outbox holds ${readings} readings in ` +
      `${megabytesText(bytes)} of ${megabytesText(limit)}`,
  ].join("\n");
}

/** What `edge outbox 40380 --quarantine` shows. */
export function describeQuarantine(readings: readonly QuarantinedReading[]): string {
  if (readings.length === 0) return "nothing is set aside";
  const head = ["device", "boot", "seq", "set aside", "reason", "device time"];
  const rows = readings.map(({ reading, at, code }) => [
    reading.deviceId,
    String(reading.bootId),
    String(reading.seq),
    new Date(at).toISOString(),
    code,
    new Date(reading.deviceTime).toISOString(),
  ]);
  return textTable([head, ...rows]).join("\n");
}

function ageOf(outbox: Outbox, ledger: Ledger, now: number): string {
  const oldest = outbox.peek(ledger.deviceId, ledger.tail, 1)[0];
  if (!oldest) return "-";
  return durationText(now - oldest.reading.edgeTime);
}
