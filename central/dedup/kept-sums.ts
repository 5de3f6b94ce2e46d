import type { Kept, StationCounts } from "./station.ts";

/** What is kept of all stations of a partition. A commit tells it of the stations that it changed, and of no others. */
export class KeptSums {
  readonly #noted = new Map<StationCounts, Kept & { readonly scattered: number }>();
  #scattered = 0;
  #kept: Kept = { recent: 0, older: 0, pages: 0 };

  /** What is kept of this station now, instead of what was when it was noted before. */
  note(station: StationCounts): void {
    const before = this.#noted.get(station) ?? { recent: 0, older: 0, pages: 0, scattered: 0 };
    const { scattered } = station;
    const { recent, older, pages } = station.kept;
    this.#noted.set(station, { recent, older, pages, scattered });
    this.#scattered += scattered - before.scattered;
    this.#kept = {
      recent: this.#kept.recent + recent - before.recent,
      older: this.#kept.older + older - before.older,
      pages: this.#kept.pages + pages - before.pages,
    };
  }

  sums(): { readonly scattered: number; readonly kept: Kept } {
    return { scattered: this.#scattered, kept: this.#kept };
  }
}
