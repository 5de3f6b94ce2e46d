import { HOPS, type HopName } from "../../../../schemas/page/page.ts";
import type { HopTimes } from "../../../../schemas/topics.ts";

/** Delays are those of the last ten seconds. */
export const WINDOW_MS = 10_000;
/** More samples of one hop than this make no quantile better. */
const MAX_SAMPLES = 2_000;

interface Sample {
  readonly seen: number;
  readonly ms: number;
}

/** Milliseconds; null: nothing passed in the window. */
export interface Quantiles {
  readonly p50: number | null;
  readonly p95: number | null;
}

/** How long readings take from hop to hop, from the times they carry. */
export class Delays {
  readonly #samples: Readonly<Record<HopName, Sample[]>> = { serial: [], mqtt: [], kafka: [], ksql: [] };
  /** Delays below zero: two hosts' clocks disagree. Counted, never averaged. */
  negative = 0;

  /** A reading of a clean topic. @param seen - when this process read the record, wall ms. */
  reading(times: HopTimes, seen: number): void {
    this.#add("serial", times.edge - times.device, seen);
    this.#add("mqtt", times.gateway - times.edge, seen);
    this.#add("kafka", times.dedup - times.gateway, seen);
  }

  /** A row of a query over the clean topic. @param at - its record's timestamp: that of the newest reading in it. */
  counted(at: number, seen: number): void {
    this.#add("ksql", seen - at, seen);
  }

  view(now: number): Readonly<Record<HopName, Quantiles>> {
    const quantiles = HOPS.map((hop) => {
      const samples = this.#samples[hop];
      const old = samples.findIndex(({ seen }) => seen >= now - WINDOW_MS);
      samples.splice(0, old < 0 ? samples.length : old);
      const sorted = samples.map(({ ms }) => ms).sort((x, y) => x - y);
      return [hop, { p50: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) }];
    });
    return Object.fromEntries(quantiles) as Record<HopName, Quantiles>;
  }

  #add(hop: HopName, ms: number, seen: number): void {
    if (ms < 0) {
      this.negative++;
      return;
    }
    const samples = this.#samples[hop];
    samples.push({ seen, ms });
    if (samples.length > MAX_SAMPLES) samples.splice(0, MAX_SAMPLES / 4);
  }
}

function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;
}
