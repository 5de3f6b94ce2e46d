import type { ProofView } from "../../../../schemas/page/page.ts";
import { ProofJudge } from "./judge.ts";
import type { Totals } from "./totals.ts";

export interface ProofSources {
  readonly totals: () => Totals;
  readonly shown: () => number | null;
  readonly violations: () => readonly string[];
  readonly deadLetters: () => number;
  readonly live: () => boolean;
  readonly down: () => readonly string[];
}

/** The proof as the page shows it, with the moment of its last change of state. */
export class ProofKeeper {
  readonly #judge = new ProofJudge();
  readonly #sources: ProofSources;
  #last: ProofView | null = null;

  constructor(sources: ProofSources) {
    this.#sources = sources;
  }

  get last(): ProofView | null {
    return this.#last;
  }

  /** @param now - monotonic; @param wall - epoch ms. */
  look(now: number, wall: number): ProofView {
    // Downstream first: what is read later can only be further (delivery rule 9).
    const shown = this.#sources.shown();
    const totals = this.#sources.totals();
    const verdict = this.#judge.judge({
      now,
      wall,
      totals,
      shown,
      live: this.#sources.live(),
      down: this.#sources.down(),
      violations: this.#sources.violations(),
    });
    const { devices, inDevices, inOutboxes, inKafka, clean, summed } = totals;
    const { lost, ringLost, quarantined, duplicatesRemoved } = totals;
    this.#last = {
      state: verdict.state,
      since: this.#last?.state === verdict.state ? this.#last.since : wall,
      reasons: verdict.reasons,
      devices,
      waiting: devices === null ? null : (inDevices ?? 0) + (inOutboxes ?? 0) + (inKafka ?? 0),
      inDevices,
      inOutboxes,
      inKafka,
      clean,
      summed,
      shown,
      lost,
      ringLost,
      quarantined,
      duplicatesRemoved,
      deadLetters: this.#sources.deadLetters(),
      silent: totals.silent.reduce((sum, silence) => sum + silence.turnstiles, 0),
    };
    return this.#last;
  }
}
