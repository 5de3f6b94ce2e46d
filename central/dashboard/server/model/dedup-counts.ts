import type { BootState, DedupState, SeqRange } from "../../../../schemas/records.ts";

/** What dedup has counted, per device: for what waits there, in the station's sheet. The proof does not believe it. */
export class DedupCounts {
  readonly #stations = new Map<number, DedupState>();
  readonly #devices = new Map<string, readonly BootState[]>();

  set(state: DedupState): void {
    this.#stations.set(state.station_id, state);
    const byDevice = new Map<string, BootState[]>();
    for (const boot of [...olderAsBoots(state), ...state.boots]) {
      const boots = byDevice.get(boot.device_id);
      if (boots) boots.push(boot);
      else byDevice.set(boot.device_id, [boot]);
    }
    for (const [id, boots] of byDevice) this.#devices.set(id, boots);
  }

  forget(stationId: number): void {
    for (const boot of this.#stations.get(stationId)?.boots ?? []) this.#devices.delete(boot.device_id);
    this.#stations.delete(stationId);
  }

  /** The device's boots as counted now. */
  boots(id: string): readonly BootState[] {
    return this.#devices.get(id) ?? [];
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
