import { DelayStatistics } from "../../statistics.ts";

interface StationEntries {
  /** Entries of the clean topic so far. */
  entries: number;
  /** When the device took each entry that is not counted yet, epoch ms, oldest first. */
  readonly waiting: number[];
  counted: number;
  /** When that count was first seen, epoch ms. */
  countedAt: number;
}

/**
 * How long each entry took from its device to where it was counted. The n-th entry of a station is in the count once
 * that is n or more: so counts alone say which entries they hold.
 */
export class EntryDelays {
  readonly #stations = new Map<number, StationEntries>();
  #delays = new DelayStatistics();

  /** The next entry of this station, in the order of the clean topic. */
  entry(stationId: number, deviceTime: number): void {
    const station = this.#station(stationId);
    station.entries++;
    // Its count may be seen before its own record is.
    if (station.entries <= station.counted) this.#delays.add(station.countedAt - deviceTime);
    else station.waiting.push(deviceTime);
  }

  /** The station's count is this, first seen then, epoch ms. */
  count(stationId: number, count: number, seenAt: number): void {
    const station = this.#station(stationId);
    if (count <= station.counted) return;
    const reached = Math.max(0, Math.min(count, station.entries) - station.counted);
    for (const time of station.waiting.splice(0, reached)) this.#delays.add(seenAt - time);
    station.counted = count;
    station.countedAt = seenAt;
  }

  /** Forget what was measured so far. */
  begin(): void {
    this.#delays = new DelayStatistics();
  }

  /** Milliseconds. */
  quantile(share: number): number {
    return this.#delays.quantile(share);
  }

  #station(id: number): StationEntries {
    const station = this.#stations.get(id) ?? { entries: 0, waiting: [], counted: 0, countedAt: 0 };
    this.#stations.set(id, station);
    return station;
  }
}
