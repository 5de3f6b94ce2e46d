import { DEVICE_KINDS, type DeviceKind, parseDeviceId } from "../../../../schemas/network/devices.ts";
import type { BootState, DedupState, SeqRange } from "../../../../schemas/records.ts";

/** A device state told this long after a count must know of it: the slack covers the hosts' clocks. */
export const SETTLE_MS = 3_000;

interface Counted {
  /** The record's timestamp, wall ms. */
  readonly at: number;
  readonly boots: readonly BootState[];
}

/** What dedup has counted, per station and per device, and the checks that need nothing but its own record. */
export class DedupCounts {
  readonly #stations = new Map<number, DedupState>();
  readonly #devices = new Map<string, Counted[]>();
  readonly #violations = new Map<number, string>();

  set(state: DedupState, at: number): void {
    const violation = contradiction(state, this.#stations.get(state.station_id));
    if (violation) this.#violations.set(state.station_id, violation);
    else this.#violations.delete(state.station_id);
    this.#stations.set(state.station_id, state);
    const byDevice = new Map<string, BootState[]>();
    for (const boot of [...olderAsBoots(state), ...state.boots]) {
      const boots = byDevice.get(boot.device_id);
      if (boots) boots.push(boot);
      else byDevice.set(boot.device_id, [boot]);
    }
    for (const [id, boots] of byDevice) {
      const steps = this.#devices.get(id) ?? [];
      steps.push({ at, boots });
      // Of the settled ones only the newest matters.
      while (steps[1] && steps[1].at <= at - SETTLE_MS) steps.shift();
      this.#devices.set(id, steps);
    }
  }

  forget(stationId: number): void {
    for (const boot of this.#stations.get(stationId)?.boots ?? []) this.#devices.delete(boot.device_id);
    this.#stations.delete(stationId);
    this.#violations.delete(stationId);
  }

  get stations(): ReadonlyMap<number, DedupState> {
    return this.#stations;
  }

  get violations(): readonly string[] {
    return [...this.#violations.values()];
  }

  deviceIds(): Iterable<string> {
    return this.#devices.keys();
  }

  /** The device's boots as counted now. */
  boots(id: string): readonly BootState[] {
    return this.#devices.get(id)?.at(-1)?.boots ?? [];
  }

  /** The device's boots as they were counted at a moment, wall ms; none when nothing was then. */
  bootsAt(id: string, at: number): readonly BootState[] {
    return this.#devices.get(id)?.findLast((step) => step.at <= at)?.boots ?? [];
  }
}

/**
 * What a device's older boots come to, as one boot more. It stands with the oldest of the recent ones: a memory that has
 * so many boots has had more.
 */
function olderAsBoots({ boots, older = [] }: DedupState): BootState[] {
  if (older.length === 0) return [];
  const oldest = new Map<string, number>();
  for (const { device_id, boot_id } of boots) {
    oldest.set(device_id, Math.min(boot_id, oldest.get(device_id) ?? boot_id));
  }
  return older.map(({ device_id, accepted, lost, duplicates, refused }) => ({
    ...{ device_id, duplicates, boot_id: oldest.get(device_id) ?? 0, total: accepted + lost + refused },
    ranges: accepted > 0 ? [{ from: 1, to: accepted }] : [],
    lost: lost > 0 ? [{ from: accepted + 1, to: accepted + lost }] : [],
  }));
}

export function lengthOf(ranges: readonly SeqRange[]): number {
  return ranges.reduce((sum, range) => sum + range.to - range.from + 1, 0);
}

/** What a device of each kind counts. */
const COUNTED: Readonly<Record<DeviceKind, string>> = { arrival: "arrivals", turnstile: "entries" };

/**
 * One record against itself and its predecessor: it was written in one transaction, so these hold at any moment.
 *
 * @returns what is wrong, in words; undefined when nothing is.
 */
function contradiction(state: DedupState, before: DedupState | undefined): string | undefined {
  const { entries, arrivals, station_id } = state;
  const written: Record<DeviceKind, number> = { arrival: arrivals, turnstile: entries };
  const accepted = new Map<DeviceKind, number>();
  for (const boot of state.boots) {
    const device = parseDeviceId(boot.device_id);
    if (!device) return `Station ${state.station_id}: dedup counts "${boot.device_id}", which is no device.`;
    if (!ascending(boot.ranges)) return `${boot.device_id}: dedup's ranges overlap.`;
    accepted.set(device.kind, (accepted.get(device.kind) ?? 0) + lengthOf(boot.ranges));
  }
  for (const { device_id, accepted: counted } of state.older ?? []) {
    const kind = parseDeviceId(device_id)?.kind ?? "turnstile";
    accepted.set(kind, (accepted.get(kind) ?? 0) + counted);
  }
  for (const kind of DEVICE_KINDS) {
    const count = accepted.get(kind) ?? 0;
    if (count !== written[kind])
      return `Station ${station_id}: dedup accepted ${count} ${COUNTED[kind]} and wrote ${written[kind]}.`;
  }
  if (before && entries < before.entries)
    return `Station ${station_id}: dedup's count fell from ${before.entries} to ${entries}.`;
  return undefined;
}

function ascending(ranges: readonly SeqRange[]): boolean {
  return ranges.every(
    (range, i) => range.from <= range.to && (i === 0 || range.from > (ranges[i - 1]?.to ?? 0)),
  );
}
