import type { LossCause } from "../../../schemas/audit.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import { RangeSet, sizeOf } from "./ranges.ts";

/** Why numbers never came to the raw topic; "none": the reason is unknown. */
export type Cause = LossCause | "none";

/** Numbers that one agent passed over in the raw topic: later ones of the boot came first. */
interface Hole extends SeqRange {
  readonly agentBoot: number;
  /** A raw topic that is no more may have held them, unread: what comes of them may be a repeat. */
  readonly unread?: true;
}

/** A hole is remembered so that what fills it can be told from what came in order; the newest of them. */
const MAX_HOLES = 64;
/** A boot whose numbers come in more pieces has its lowest gaps closed: nothing more is claimed of them. */
const MAX_PIECES = 4_096;

/** How far an agent says that a boot's numbers have come. */
export interface Reach {
  readonly numbered: number;
  readonly stored: number;
  readonly published: number;
}

export interface BootAuditState {
  readonly bootId: number;
  readonly raw: readonly SeqRange[];
  readonly lost: readonly (readonly [cause: Cause, ranges: readonly SeqRange[]])[];
  readonly lostAfter: readonly SeqRange[];
  readonly acked: readonly SeqRange[];
  readonly dead: readonly SeqRange[];
  readonly holes: readonly Hole[];
  readonly reach: Reach;
  readonly happened: number;
  readonly memory: number | null;
  readonly unsure: number;
  /** See `rawMadeAnew`. */
  readonly begins?: true;
}

/** Counts of numbers. */
export interface Flights {
  readonly numbered: number;
  readonly device: number;
  readonly outbox: number;
  /** Acknowledged to the agent. */
  readonly gateway: number;
}

/** How the raw topic shows some numbers, against those before them. */
export interface FirstSeen {
  /** Not seen before, ascending. */
  readonly fresh: readonly SeqRange[];
  /** Of these: behind later numbers that the same agent had sent before. */
  readonly late: readonly SeqRange[];
  /** Of these: behind later numbers, and perhaps repeats of what a raw topic held that is no more. */
  readonly repeats: readonly SeqRange[];
}

/** What fills holes, by what is to be thought of it. */
type Filled = Record<"late" | "repeats", SeqRange[]>;

/** What is known of one boot of a device: sets of numbers, never a number of its own. */
export class BootAudit {
  readonly id: number;
  /** Read from the raw topic. */
  readonly raw: RangeSet;
  /** In the raw topic, and known never to come to the clean topic. */
  readonly lostAfter: RangeSet;
  /** An agent says that each of these has its PUBACK. */
  readonly acked: RangeSet;
  /** In dead letters of the gateway. */
  readonly dead: RangeSet;
  /** Known never to come to the raw topic, all together and by cause. */
  readonly #lost = new RangeSet();
  readonly #lostBy: Map<Cause, RangeSet>;
  #holes: Hole[];
  #reach: Reach;
  /** Events of the device, numbered or refused by a full ring; as last reported. */
  happened: number;
  /** The memory that it is of, by its first boot; null: not reported. */
  memory: number | null;
  /** Numbers up to here are not judged one by one. */
  unsure: number;
  #begins: boolean;
  /** Has the raw topic shown anything of it? What is taken on trust was not shown. */
  shown: boolean;

  constructor(id: number, state?: BootAuditState) {
    this.id = id;
    this.raw = new RangeSet(state?.raw);
    this.#lostBy = new Map(state?.lost.map(([cause, ranges]) => [cause, new RangeSet(ranges)]));
    for (const ranges of this.#lostBy.values())
      for (const { from, to } of ranges.toJSON()) this.#lost.add(from, to);
    this.lostAfter = new RangeSet(state?.lostAfter);
    this.acked = new RangeSet(state?.acked);
    this.dead = new RangeSet(state?.dead);
    this.#holes = [...(state?.holes ?? [])];
    this.#reach = state?.reach ?? { numbered: 0, stored: 0, published: 0 };
    this.happened = state?.happened ?? 0;
    this.memory = state?.memory ?? null;
    this.unsure = state?.unsure ?? 0;
    this.#begins = state?.begins ?? false;
    this.shown = this.raw.size > 0;
  }

  /** Another raw topic of the same name: what its first record of this boot passes over, the old one may have held unread. */
  rawMadeAnew(): void {
    this.#begins = true;
  }

  /** The raw topic shows these numbers. */
  show(from: number, to: number, agentBoot: number): FirstSeen {
    this.shown = true;
    const { greatest } = this.raw;
    const fresh = this.raw.add(from, to);
    if (fresh.length === 0) return { fresh, late: [], repeats: [] };
    const filled: Filled = { late: [], repeats: [] };
    for (const range of fresh) if (range.from < greatest) this.#fill(range, agentBoot, filled);
    const first = fresh.find((range) => range.from > greatest);
    if (first && first.from > greatest + 1) {
      const unread = this.#begins ? ({ unread: true } as const) : {};
      this.#holes.push({ from: greatest + 1, to: first.from - 1, agentBoot, ...unread });
      if (this.#holes.length > MAX_HOLES) this.#holes.shift();
    }
    if (first) this.#begins = false;
    if (this.raw.pieces > MAX_PIECES) this.unsure = this.raw.close(MAX_PIECES);
    return { fresh, ...filled };
  }

  /** These will never come to the raw topic. @returns those that are not there, and that were not reported so before. */
  lose(from: number, to: number, cause: Cause): readonly SeqRange[] {
    const fresh = this.#withoutKnown([{ from, to }]);
    if (fresh.length === 0) return fresh;
    const ofCause = this.#lostBy.get(cause) ?? new RangeSet();
    this.#lostBy.set(cause, ofCause);
    for (const range of fresh) {
      this.#lost.add(range.from, range.to);
      ofCause.add(range.from, range.to);
    }
    return fresh;
  }

  /** The raw topic shows these after all. @returns those that were thought lost, by the cause that was given. */
  recover(from: number, to: number): readonly (SeqRange & { readonly cause: Cause })[] {
    if (this.#lost.size === 0) return [];
    this.#lost.remove(from, to);
    return [...this.#lostBy].flatMap(([cause, ranges]) => {
      const came = new RangeSet([{ from, to }]);
      for (const gap of ranges.missing(from, to)) came.remove(gap.from, gap.to);
      ranges.remove(from, to);
      return came.toJSON().map((range) => ({ ...range, cause }));
    });
  }

  /** How many are known never to come to the raw topic. */
  get lostBefore(): number {
    return this.#lost.size;
  }

  /** What an agent says; it is never less than what was said or seen before. */
  reaches({ numbered, stored, published }: Reach): void {
    const p = Math.max(published, this.#reach.published);
    const s = Math.max(stored, this.#reach.stored, p);
    this.#reach = { published: p, stored: s, numbered: Math.max(numbered, this.#reach.numbered, s) };
  }

  /** Numbered so far, and where those are that are not in the raw topic. Counts. */
  get flights(): Flights {
    // What is in the raw topic was published, whatever the agent has said by now.
    const seen = Math.max(this.raw.greatest, this.#lost.greatest);
    const published = Math.max(this.#reach.published, seen);
    const stored = Math.max(this.#reach.stored, published);
    const numbered = Math.max(this.#reach.numbered, stored);
    const [toGateway, toOutbox, toDevice] = [published, stored, numbered].map((n) =>
      this.#unknownUpTo(n),
    ) as [number, number, number];
    return { numbered, gateway: toGateway, outbox: toOutbox - toGateway, device: toDevice - toOutbox };
  }

  /** Said to have a PUBACK, or to be in a dead letter, and neither in the raw topic nor known lost. */
  get unaccounted(): { readonly acked: readonly SeqRange[]; readonly dead: readonly SeqRange[] } {
    return { acked: this.#rest(this.acked), dead: this.#rest(this.dead) };
  }

  /** Numbered, and neither in the raw topic nor known lost. */
  get missing(): readonly SeqRange[] {
    return this.#withoutKnown([{ from: 1, to: this.#reach.numbered }]);
  }

  toJSON(): BootAuditState {
    return {
      bootId: this.id,
      raw: this.raw.toJSON(),
      lost: [...this.#lostBy].map(([cause, ranges]) => [cause, ranges.toJSON()]),
      lostAfter: this.lostAfter.toJSON(),
      acked: this.acked.toJSON(),
      dead: this.dead.toJSON(),
      holes: this.#holes,
      reach: this.#reach,
      happened: this.happened,
      memory: this.memory,
      unsure: this.unsure,
      ...(this.#begins ? { begins: true } : {}),
    };
  }

  #fill({ from, to }: SeqRange, agentBoot: number, filled: Filled): void {
    this.#holes = this.#holes.flatMap((hole) => {
      if (hole.to < from || hole.from > to) return [hole];
      const part = { from: Math.max(hole.from, from), to: Math.min(hole.to, to) };
      if (hole.unread) filled.repeats.push(part);
      // Another agent's outbox may bring what this one never had.
      else if (hole.agentBoot === agentBoot) filled.late.push(part);
      return [
        ...(hole.from < from ? [{ ...hole, to: from - 1 }] : []),
        ...(hole.to > to ? [{ ...hole, from: to + 1 }] : []),
      ];
    });
  }

  #rest(claimed: RangeSet): readonly SeqRange[] {
    return this.#withoutKnown(claimed.toJSON());
  }

  #withoutKnown(ranges: readonly SeqRange[]): readonly SeqRange[] {
    return ranges
      .flatMap(({ from, to }) =>
        to > this.unsure ? this.raw.missing(Math.max(from, this.unsure + 1), to) : [],
      )
      .flatMap(({ from, to }) => this.#lost.missing(from, to));
  }

  /** How many numbers up to `n` are neither in the raw topic nor known lost. */
  #unknownUpTo(n: number): number {
    return sizeOf(this.#withoutKnown([{ from: 1, to: n }]));
  }
}
