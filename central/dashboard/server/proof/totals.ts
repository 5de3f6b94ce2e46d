import { parseDeviceId } from "../../../../schemas/network/devices.ts";
import { type DedupCounts, SETTLE_MS } from "../model/dedup-counts.ts";
import type { KnownDevice } from "../model/devices.ts";
import { countDevice, countedOf, type DeviceCount } from "./positions.ts";

/** A turnstile nobody hears now, or all of a station whose agent is gone, and what is known to wait there. */
export interface Silence {
  /** "Turnstile 40380-T1", "The turnstiles of station 40380". */
  readonly name: string;
  readonly turnstiles: number;
  readonly reason: string;
  readonly since: number;
  readonly waiting: number;
}

/** All turnstiles together. null: no data. */
export interface Totals {
  readonly devices: number | null;
  readonly inDevices: number | null;
  readonly inOutboxes: number | null;
  readonly inKafka: number | null;
  readonly clean: number | null;
  readonly summed: number | null;
  readonly lost: number;
  readonly ringLost: number;
  readonly quarantined: number;
  readonly duplicatesRemoved: number;
  readonly silent: readonly Silence[];
  /** What cannot be true at any moment, in words. */
  readonly violations: readonly string[];
}

/** Add up what is known. @param summed - TURNSTILE_SUMMARY, per station. */
export function totalsOf(
  devices: readonly KnownDevice[],
  dedup: DedupCounts,
  summed: ReadonlyMap<number, number>,
): Totals {
  const turnstiles = new Map(devices.filter((d) => d.kind === "turnstile").map((d) => [d.id, d]));
  const ids = new Set(turnstiles.keys());
  for (const id of dedup.deviceIds()) if (parseDeviceId(id)?.kind === "turnstile") ids.add(id);

  const counts: DeviceCount[] = [];
  const silent = new Map<string, Silence>();
  const violations = [...dedup.violations];
  for (const id of ids) {
    const device = turnstiles.get(id);
    const count = countDevice(device?.told.positions ?? null, dedup.boots(id));
    counts.push(count);
    if (!device) continue;
    if (device.state === "offline" || device.state === "stale") {
      const alone = device.state === "offline";
      const name = alone ? `Turnstile ${id}` : `The turnstiles of station ${device.stationId}`;
      const before = silent.get(name);
      silent.set(name, {
        name,
        turnstiles: (before?.turnstiles ?? 0) + 1,
        reason: device.reason || "silent",
        since: Math.min(device.since, before?.since ?? device.since),
        waiting: count.inDevice + count.inOutbox + (before?.waiting ?? 0),
      });
    }
    const impossible = overcounted(device, dedup);
    if (impossible) violations.push(impossible);
  }
  const add = (field: keyof DeviceCount): number => counts.reduce((n, count) => n + count[field], 0);
  const some = counts.length > 0;
  return {
    devices: some ? add("numbered") : null,
    inDevices: some ? add("inDevice") : null,
    inOutboxes: some ? add("inOutbox") : null,
    inKafka: some ? add("inKafka") : null,
    clean: dedup.stations.size > 0 ? [...dedup.stations.values()].reduce((n, s) => n + s.entries, 0) : null,
    summed: summed.size > 0 ? [...summed.values()].reduce((n, count) => n + count, 0) : null,
    lost: add("lost"),
    ringLost: add("ringLost"),
    quarantined: add("quarantined"),
    duplicatesRemoved: add("duplicates"),
    silent: [...silent.values()].sort((x, y) => x.since - y.since),
    violations,
  };
}

/**
 * More counted than numbered: somebody invents readings. Only a device that is heard can say so, and only of what was
 * counted well before it spoke.
 */
function overcounted(device: KnownDevice, dedup: DedupCounts): string | undefined {
  const { positions } = device.told;
  if (device.state !== "online" || !positions) return undefined;
  const counted = countedOf(positions, dedup.bootsAt(device.id, device.toldAt - SETTLE_MS));
  if (counted <= positions.numbered) return undefined;
  return `${device.id} numbered ${positions.numbered} readings, and ${counted} were counted.`;
}
