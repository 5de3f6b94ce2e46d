import type { HopName, HopView } from "../../../../schemas/page.ts";
import type { HopTimes } from "../../../../schemas/topics.ts";

/** Rates and delays are those of the last ten seconds. */
export const WINDOW_MS = 10_000;
/** More samples than this make no quantile better. */
const MAX_SAMPLES = 2_000;

interface Sample {
  readonly seen: number;
  readonly delays: Readonly<Record<HopName, number>>;
}

/** How long readings take from hop to hop, from the times they carry. */
export class Delays {
  #samples: Sample[] = [];
  #counted: { readonly seen: number; readonly readings: number }[] = [];
  /** Delays below zero: two hosts' clocks disagree. Counted, never averaged. */
  negative = 0;

  /** @param seen - when this process read the record, wall ms. */
  add(times: HopTimes, seen: number): void {
    const delays = {
      serial: times.edge - times.device,
      mqtt: times.gateway - times.edge,
      kafka: times.dedup - times.gateway,
      page: seen - times.dedup,
    };
    if (Object.values(delays).some((ms) => ms < 0)) this.negative++;
    this.#samples.push({ seen, delays });
    if (this.#samples.length > MAX_SAMPLES) this.#samples.splice(0, MAX_SAMPLES / 4);
    const last = this.#counted.at(-1);
    if (last && seen - last.seen < 250)
      this.#counted[this.#counted.length - 1] = { ...last, readings: last.readings + 1 };
    else this.#counted.push({ seen, readings: 1 });
  }

  /** @param waiting - entries that wait before each hop, where known. */
  view(now: number, waiting: Readonly<Partial<Record<HopName, number | null>>>): HopView[] {
    const from = now - WINDOW_MS;
    this.#samples = this.#samples.filter((sample) => sample.seen >= from);
    this.#counted = this.#counted.filter((slot) => slot.seen >= from);
    const readings = this.#counted.reduce((sum, slot) => sum + slot.readings, 0);
    const rate = this.#counted.length === 0 ? null : Math.round(readings / (WINDOW_MS / 1000));
    return (["serial", "mqtt", "kafka", "page"] as const).map((name) => {
      const sorted = this.#samples
        .map((s) => s.delays[name])
        .filter((ms) => ms >= 0)
        .sort((x, y) => x - y);
      return {
        name,
        rate,
        p50: quantile(sorted, 0.5),
        p95: quantile(sorted, 0.95),
        waiting: waiting[name] ?? null,
      };
    });
  }
}

function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? null;
}
