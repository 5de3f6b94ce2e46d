/** Service time per bucket, ms: one step of the simulation. */
export const BUCKET_MS = 300_000;
/** Three hours of the service clock. */
export const BUCKETS = 36;

/** Entries per station and five minutes of service time, as long as this process has watched. */
export class EntryHistory {
  readonly #stations = new Map<number, Map<number, number>>();
  #newest = 0;
  #first: number | null = null;

  add(stationId: number, entries: number, service: number): void {
    const bucket = Math.floor(service / BUCKET_MS);
    this.watch(service);
    const buckets = this.#stations.get(stationId) ?? new Map<number, number>();
    buckets.set(bucket, (buckets.get(bucket) ?? 0) + entries);
    for (const old of buckets.keys()) if (old <= bucket - BUCKETS) buckets.delete(old);
    this.#stations.set(stationId, buckets);
  }

  /** Time passes, also without entries. */
  watch(service: number): void {
    const bucket = Math.floor(service / BUCKET_MS);
    this.#first ??= bucket;
    this.#newest = Math.max(this.#newest, bucket);
  }

  /**
   * The last buckets, oldest first, the newest still filling. null: this process did not watch then, or a bucket in
   * which `heard` says nothing could be heard of the station.
   */
  view(stationId: number, heard: (fromService: number) => boolean = () => true): (number | null)[] {
    const buckets = this.#stations.get(stationId);
    return Array.from({ length: BUCKETS }, (_, i) => {
      const bucket = this.#newest - BUCKETS + 1 + i;
      const entries = buckets?.get(bucket);
      if (entries !== undefined) return entries;
      if (this.#first === null || bucket < this.#first) return null;
      return heard(bucket * BUCKET_MS) ? 0 : null;
    });
  }

  /** Entries since the service clock's last full hour; null before anything was heard. */
  thisHour(stationId: number): number | null {
    if (this.#first === null) return null;
    const from = Math.floor((this.#newest * BUCKET_MS) / 3_600_000) * 12;
    let sum = 0;
    for (const [bucket, entries] of this.#stations.get(stationId) ?? []) if (bucket >= from) sum += entries;
    return sum;
  }
}
