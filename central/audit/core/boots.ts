import { BootAudit, type BootAuditState } from "./boot.ts";
import type { Expectation } from "./expectation.ts";
import { FoldedBoots, type FoldedState } from "./folded.ts";

export interface BootsState {
  readonly boots: readonly BootAuditState[];
  readonly folded: FoldedState;
  /** See `rawMadeAnew`. */
  readonly rawAnew?: true;
}

/** Boots kept number by number; older ones are folded when nothing of them is on its way. */
const BOOTS = 32;
/** As many are kept whatever is on its way. */
const MOST_BOOTS = 128;

/** The boots of a device: the newest number by number, those that are over as sums. */
export class Boots {
  readonly #boots: Map<number, BootAudit>;
  readonly #folded: FoldedBoots;
  readonly #outputs: readonly [clean: Expectation, copies: Expectation];
  #rawAnew: boolean;

  constructor(outputs: readonly [clean: Expectation, copies: Expectation], state?: BootsState) {
    this.#outputs = outputs;
    this.#boots = new Map(state?.boots.map((boot) => [boot.bootId, new BootAudit(boot.bootId, boot)]));
    this.#folded = new FoldedBoots(state?.folded);
    this.#rawAnew = state?.rawAnew ?? false;
  }

  /** undefined: it is over since so long that nothing is known of it any more. */
  get(bootId: number): BootAudit | undefined {
    const known = this.#boots.get(bootId);
    if (known || this.#folded.isForgotten(bootId)) return known;
    const boot = new BootAudit(bootId);
    if (this.#rawAnew) boot.rawMadeAnew();
    const complete = this.#folded.take(bootId);
    if (complete !== undefined) {
      boot.raw.add(1, complete);
      for (const output of this.#outputs) output.seen(bootId).add(1, complete);
      boot.reaches({ numbered: complete, stored: complete, published: complete });
    }
    this.#boots.set(bootId, boot);
    if (this.#boots.size > BOOTS) this.#fold(bootId);
    return boot;
  }

  /**
   * Another raw topic of the same name: the old one may have held, unread, the first numbers of these boots and of later
   * ones, up to a boot that begins in the new one.
   */
  rawMadeAnew(): void {
    this.#rawAnew = true;
    for (const boot of this) boot.rawMadeAnew();
  }

  /** The raw topic that is read shows the first number of a boot: it has all of the later ones. */
  begun(): void {
    this.#rawAnew = false;
  }

  has(bootId: number): boolean {
    return this.#boots.has(bootId);
  }

  [Symbol.iterator](): Iterator<BootAudit> {
    return this.#boots.values();
  }

  /** Of the boots that are over. */
  get folded(): { readonly numbered: number; readonly seen: number } {
    return this.#folded.sums;
  }

  toJSON(): BootsState {
    return {
      boots: [...this.#boots.values()].map((boot) => boot.toJSON()),
      folded: this.#folded.toJSON(),
      ...(this.#rawAnew ? { rawAnew: true } : {}),
    };
  }

  #fold(keep: number): void {
    const [clean] = this.#outputs;
    // A boot that only the clean topic has was somebody's invention, and has been reported.
    const age = (boot: BootAudit): number => (boot.flights.numbered === 0 ? 0 : boot.id);
    for (const boot of [...this.#boots.values()].sort((x, y) => age(x) - age(y))) {
      if (this.#boots.size <= BOOTS) return;
      if (boot.id === keep) continue;
      const { numbered, device, outbox, gateway } = boot.flights;
      const moving = device + outbox + gateway > 0 || this.#outputs.some((output) => output.pending(boot.id));
      if (moving && this.#boots.size <= MOST_BOOTS) continue;
      if (numbered > 0) this.#folded.add(boot.id, numbered, clean.seen(boot.id).size);
      for (const output of this.#outputs) output.forget(boot.id);
      this.#boots.delete(boot.id);
    }
  }
}
