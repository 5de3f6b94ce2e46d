import type { BootState, DedupState, SeqRange } from "../../../../schemas/records.ts";

/** What dedup has counted, per device: for what waits there, in the station's sheet. The proof does not believe it. */
export class DedupCounts {
  /** Per station and partition: of one that was moved, the old one is read at any time beside the new one. */
  readonly #stations = new Map<number, Map<number, DedupState>>();
  readonly #devices = new Map<string, readonly BootState[]>();

  /** @param partition - of the state topic. */
  set(state: DedupState, partition = 0): void {
    const states = this.#stations.get(state.station_id) ?? new Map<number, DedupState>();
    this.#stations.set(state.station_id, states.set(partition, state));
    // Counts only rise: a copy that was left behind has no more.
    for (const other of states.values()) if (countedIn(other) > countedIn(state)) return;
    this.#show(state);
  }

  forget(stationId: number, partition = 0): void {
    const states = this.#stations.get(stationId);
    for (const boot of states?.get(partition)?.boots ?? []) this.#devices.delete(boot.device_id);
    states?.delete(partition);
    for (const left of states?.values() ?? []) this.#show(left);
  }

  #show(state: DedupState): void {
    const byDevice = new Map<string, BootState[]>();
    for (const boot of [...olderAsBoots(state), ...state.boots]) {
      const boots = byDevice.get(boot.device_id);
      if (boots) boots.push(boot);
      else byDevice.set(boot.device_id, [boot]);
    }
    for (const [id, boots] of byDevice) this.#devices.set(id, boots);
  }

  /** The device's boots as counted now. */
  boots(id: string): readonly BootState[] {
    return this.#devices.get(id) ?? [];
  }
}

function countedIn({ arrivals, entries }: DedupState): number {
  return arrivals + entries;
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
