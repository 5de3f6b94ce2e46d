import { counted as figure } from "../audit/words.ts";
import { type Counted, type Fault, isWhole } from "../records/count.ts";
import type { Interval } from "../records/interval.ts";

/** At most so many faults are printed. */
const MAX_FAULTS = 20;

/** By this machine's clock. */
export function clockText(ms: number): string {
  const date = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

export function dayText(ms: number): string {
  return new Date(ms).toLocaleDateString("en-CA");
}

/** What the records of the interval say, for a person. */
export function countText({ from, to }: Interval, count: Counted): string {
  const { entries, arrivals, devices, stations, faults, nameless, inRaw, notCompared } = count;
  const lines = [
    `${dayText(from)} ${clockText(from)} to ${dayText(to)} ${clockText(to)}: ${figure(entries, "entry", "entries")} and ${figure(arrivals, "arrival", "arrivals")}, of ${figure(devices, "device", "devices")} at ${figure(stations.length, "station", "stations")}.`,
  ];
  if (entries + arrivals + nameless === 0)
    return [...lines, "Nothing came in this interval, or Kafka holds it no more."].join("\n");
  lines.push(
    `The raw topic has ${figure(inRaw, "of these readings", "of these readings")} too${notCompared > 0 ? `; ${figure(notCompared, "was", "were")} not found in what was read of it: older than --lag, or never there` : ""}.`,
  );
  if (nameless > 0) lines.push(`${figure(nameless, "record names", "records name")} no reading.`);
  lines.push(...faults.slice(0, MAX_FAULTS).map(faultText));
  if (faults.length > MAX_FAULTS) lines.push(`and ${faults.length - MAX_FAULTS} more`);
  lines.push(
    isWhole(count)
      ? "The interval is whole: each number once, in order, and none missing between two of them."
      : "The interval is NOT whole. npm run audit says what is known of it.",
  );
  return lines.join("\n");
}

function faultText({ what, deviceId, bootId, from, to }: Fault): string {
  const numbers = from === to ? `number ${from}` : `numbers ${from} to ${to}`;
  return `  ${deviceId}, boot ${bootId}: ${numbers} ${what}`;
}
