import { HOPS, type HopName } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";

const WINDOW_MS = 10_000;
/** Positions come every two seconds: over less than this a rate would say how they happened to fall. */
const LEAST_MS = 4_000;

type Passed = Readonly<Record<HopName, number | null>>;

/**
 * How many entries a second pass each hop: from the totals of the auditor's verdicts, at their times, so that a hop that
 * stands still says so, whatever arrives from before it.
 */
export class HopRates {
  readonly #seen: { readonly at: number; readonly passed: Passed }[] = [];

  observe(proof: ProofView | null): void {
    const at = proof?.asOf ?? null;
    if (proof === null || at === null || at === this.#seen.at(-1)?.at) return;
    this.#seen.push({ at, passed: passedBy(proof) });
    while (this.#seen[1] && this.#seen[1].at <= at - WINDOW_MS) this.#seen.shift();
  }

  /** Entries per second; null: not known yet. */
  view(): Readonly<Record<HopName, number | null>> {
    const [first] = this.#seen;
    const last = this.#seen.at(-1);
    const rates = HOPS.map((hop) => {
      const [from, to] = [first?.passed[hop] ?? null, last?.passed[hop] ?? null];
      const ms = first && last ? last.at - first.at : 0;
      if (from === null || to === null || ms < LEAST_MS) return [hop, null];
      return [hop, Math.max(0, Math.round((1_000 * (to - from)) / ms))];
    });
    return Object.fromEntries(rates) as Record<HopName, number | null>;
  }
}

/** Entries that are beyond each hop. */
function passedBy({ devices, inDevices, inOutboxes, clean, summed }: ProofView): Passed {
  const serial = devices === null ? null : devices - (inDevices ?? 0);
  const mqtt = serial === null ? null : serial - (inOutboxes ?? 0);
  return { serial, mqtt, kafka: clean, ksql: summed };
}
