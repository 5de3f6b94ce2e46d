import type { AuditHop, Evidence, FindingKind, LossCause } from "../../../schemas/audit.ts";
import type { DeviceRef } from "../../../schemas/network/devices.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import { Account, type DeviceAuditCounts, type FindingReporter } from "./account.ts";
import { AgentClaims, type Erased } from "./acknowledged.ts";
import type { BootAudit, Flights } from "./boot.ts";
import { Boots, type BootsState } from "./boots.ts";
import type { Excused, RunOf } from "./dead-letters.ts";
import type { ShownRun } from "./early.ts";
import { type BatchSeen, type Contents, evidenceOf, type NamedReading, type SliceAt } from "./events.ts";
import { Expectation, type ExpectationState, type Passing } from "./expectation.ts";
import { sizeOf } from "./ranges.ts";

/** Consecutive numbers of one boot, as a raw record shows them. */
export interface RawRun extends SeqRange {
  readonly bootId: number;
  readonly contents: Contents | null;
}

/** What a cut needs to know besides its offset. */
export interface CutContext {
  /** The record of the raw topic at an offset. */
  readonly raw: (offset: number) => Evidence;
  /** A run of the raw record, in parts: why dedup refused it; undefined: no dead letter names it. */
  readonly excuses: (offset: number, run: RunOf) => readonly Excused[];
  /** May the clean records of this raw record have been deleted unread? */
  readonly unread: (offset: number) => boolean;
}

export interface DeviceAuditState extends BootsState {
  readonly clean: ExpectationState;
  readonly copies: ExpectationState;
  readonly counts: DeviceAuditCounts;
  readonly erased: Erased | null;
}

export interface DeviceTotals {
  readonly numbered: number;
  readonly inDevice: number;
  readonly inOutbox: number;
  readonly inGateway: number;
  readonly inDedup: number;
  readonly clean: number;
  readonly unaudited: number;
  readonly unexplained: number;
  readonly repeated: number;
  readonly lostBy: Readonly<Partial<Record<LossCause, number>>>;
}

/** One device: what each place has of it, and what is wrong between them. */
export class DeviceAudit {
  readonly ref: DeviceRef;
  readonly clean: Expectation;
  /** In the station's own topic. */
  readonly copies: Expectation;
  readonly #boots: Boots;
  readonly #account: Account;
  readonly #acknowledged: AgentClaims;
  /** undefined: something has changed since they were added up. */
  #totals: DeviceTotals | undefined;

  constructor(ref: DeviceRef, reporter: FindingReporter, state?: DeviceAuditState) {
    this.ref = ref;
    this.clean = new Expectation(state?.clean);
    this.copies = new Expectation(state?.copies);
    this.#boots = new Boots([this.clean, this.copies], state);
    this.#account = new Account(ref, reporter, state?.counts);
    this.#acknowledged = new AgentClaims(this.#boots, this.#account, state?.erased ?? null);
  }

  /** The way to the raw topic. Who asks for it is about to change it. */
  get acknowledged(): AgentClaims {
    this.#totals = undefined;
    return this.#acknowledged;
  }

  /**
   * The raw topic shows a run.
   *
   * @param batch - the record.
   * @param trusted - what a boot's first run begins behind was before the audit began: it is taken on trust.
   * @param cleanTopic - of this kind of reading.
   */
  raw(
    { bootId, from, to, contents }: RawRun,
    { agentBoot, since }: Pick<BatchSeen, "agentBoot" | "since">,
    evidence: Evidence,
    trusted: boolean,
    cleanTopic: string,
  ): void {
    this.#totals = undefined;
    const begins = !this.#boots.has(bootId);
    const boot = this.#boots.get(bootId);
    if (!boot) return;
    if (trusted && begins && boot.raw.size === 0 && from > 1) this.#trust(boot, 1, from - 1);
    const { fresh, late, repeats } = boot.show(from, to, agentBoot);
    if (begins && from === 1) this.#boots.begun();
    this.#account.counts.repeated += to - from + 1 - sizeOf(fresh);
    for (const range of fresh) {
      this.acknowledged.arrived(boot, range);
      const run = { bootId, from: range.from, to: range.to, at: evidence.offset, since, contents };
      if (repeats.some((repeat) => repeat.from <= range.from && range.to <= repeat.to)) {
        this.clean.expectAnywhere(run);
        continue;
      }
      const behind = this.clean.expect(run);
      // Where raw was not read from its first record, its order is not known.
      if (!trusted) for (const shown of behind) this.#behind(shown, cleanTopic);
    }
    for (const range of late) {
      const what = { kind: "out-of-order", hop: "gateway", bootId, ...range, evidence } as const;
      this.#account.found(what, "in raw behind later ones of the same agent");
    }
  }

  /**
   * The clean topic shows a reading. Almost always it is the one that is expected, and nothing is made for it.
   *
   * @param misplaced - where it is, in words; null: where this device's readings belong.
   * @param copied - is the station's own topic looked at?
   * @returns the offset of the raw record it came with, where that is known.
   */
  passed(
    { reading: { bootId, seq }, content, offset }: NamedReading,
    at: SliceAt,
    misplaced: string | null,
    copied: boolean,
  ): number | undefined {
    this.#totals = undefined;
    const boot = this.#boots.get(bootId);
    if (!boot) return undefined;
    const passing = this.clean.pass(bootId, seq, offset, at);
    if (passing.what !== "doubled") {
      if (copied) this.copies.expect({ bootId, from: seq, to: seq, at: at.look, since: 0, contents: null });
      else this.copies.assume(bootId, seq);
    }
    if (passing.what !== "expected") this.#unexpected(passing.what, boot, seq, evidenceOf(at, offset));
    if (misplaced) this.#found("moved", "dedup", bootId, seq, evidenceOf(at, offset), misplaced);
    if (passing.what !== "expected") return undefined;
    if (content !== null && passing.content !== undefined && passing.content !== content) {
      const detail = "with another content than in raw";
      this.#found("altered", "dedup", bootId, seq, evidenceOf(at, offset), detail);
    }
    return passing.at;
  }

  /** Of a boot that raw has not shown yet: the numbers before this one are older than the audit. */
  trustBefore(bootId: number, seq: number): void {
    const boot = this.#boots.get(bootId);
    if (!boot || boot.shown || seq === 1) return;
    this.#totals = undefined;
    this.#trust(boot, 1, seq - 1);
  }

  /** Another raw topic of the same name: dedup is through with what is on its way. */
  rawMadeAnew(): void {
    this.clean.rebase();
    this.#boots.rawMadeAnew();
  }

  /** The clean topic shows a number that was not due. */
  #unexpected(
    what: Exclude<Passing["what"], "expected">,
    boot: BootAudit,
    seq: number,
    evidence: Evidence,
  ): void {
    if (what === "doubled") {
      this.#account.counts.doubled++;
      this.#found("doubled", "dedup", boot.id, seq, evidence, "in the clean topic again");
      return;
    }
    const late = what === "early" && boot.lostAfter.has(seq);
    if (late) this.#returned(boot, seq);
    if (late || what === "out-of-order") {
      this.#found("out-of-order", "dedup", boot.id, seq, evidence, "in the clean topic behind later ones");
    }
  }

  /** The station's own topic shows a reading. @param misplaced - as of `passed`. */
  copied({ reading, offset }: NamedReading, at: SliceAt, misplaced: string | null): void {
    this.#totals = undefined;
    const { bootId, seq } = reading;
    if (!this.#boots.get(bootId)) return;
    const { what } = this.copies.pass(bootId, seq, offset, at);
    const found = (kind: FindingKind, detail: string): void =>
      this.#found(kind, "station-topic", bootId, seq, evidenceOf(at, offset), detail);
    if (what === "doubled") found("doubled", "in the station's own topic again");
    if (what === "out-of-order") found("out-of-order", "in the station's own topic behind later ones");
    if (misplaced) found("moved", misplaced);
  }

  /** dedup has dealt with the raw topic below `offset`, and what it wrote has been read. */
  cutClean(offset: number, { raw, excuses, unread }: CutContext): void {
    if (this.clean.waiting > 0) this.#totals = undefined;
    for (const { bootId, from, to, at } of this.clean.cut(offset)) {
      if (unread(at)) {
        this.#account.counts.unaudited += to - from + 1;
        this.clean.seen(bootId).add(from, to);
        this.copies.seen(bootId).add(from, to);
        continue;
      }
      this.#boots.get(bootId)?.lostAfter.add(from, to);
      const lost = { kind: "lost", hop: "dedup", bootId, evidence: raw(at) } as const;
      for (const { reason, ...part } of excuses(at, { deviceId: this.ref.id, bootId, from, to })) {
        const [cause, detail] = reason === undefined ? NOT_CLEAN : (["dead-letter", reason] as const);
        this.#account.lost({ ...lost, ...part }, cause, detail);
      }
    }
  }

  /** What the clean topic showed before look `look` is in the station's own topic by now, unless it was deleted unread. */
  cutCopies(look: number, evidence: Evidence, unread: boolean): void {
    for (const { bootId, from, to } of this.copies.cut(look)) {
      this.copies.seen(bootId).add(from, to);
      if (unread) continue;
      const lost = { kind: "lost", hop: "station-topic", bootId, from, to, evidence } as const;
      this.#account.found(lost, "in the clean topic, and not in the station's own");
    }
  }

  /**
   * All that raw held before look `look` has been read.
   *
   * @param topic - the clean one. @param trusted - what looks up to this one brought may come of raw records that were
   * deleted unread, or are older than the audit.
   */
  settleClean(look: number, topic: string, trusted: number): void {
    if (this.clean.early > 0) this.#totals = undefined;
    for (const { bootId, from, to, partition, at, look: seen } of this.clean.settle(look)) {
      const boot = this.#boots.get(bootId);
      if (boot && seen <= trusted) {
        this.#trust(boot, from, to);
        continue;
      }
      this.#account.counts.unexpected += to - from + 1;
      const evidence = { topic, partition, offset: at };
      const what = { kind: "unexpected", hop: "dedup", bootId, from, to, evidence } as const;
      this.#account.found(what, "in the clean topic, and not in raw");
    }
  }

  settleCopies(look: number, topic: string, trusted: boolean): void {
    for (const { bootId, from, to, partition, at } of this.copies.settle(look)) {
      if (trusted) continue;
      const evidence = { topic, partition, offset: at };
      const what = { kind: "unexpected", hop: "station-topic", bootId, from, to, evidence } as const;
      this.#account.found(what, "in the station's own topic, and not in the clean one");
    }
  }

  /** Of most devices nothing has changed since they were asked for last. */
  get totals(): DeviceTotals {
    this.#totals ??= this.#added();
    return this.#totals;
  }

  #added(): DeviceTotals {
    const sum: Record<keyof Flights, number> = { numbered: 0, device: 0, outbox: 0, gateway: 0 };
    const { folded } = this.#boots;
    let seen = folded.seen;
    let refused = 0;
    for (const boot of this.#boots) {
      const { flights } = boot;
      for (const name of FLIGHTS) sum[name] += flights[name];
      seen += this.clean.seen(boot.id).size;
      refused += Math.max(0, boot.happened - flights.numbered);
    }
    const { doubled, unexpected, unaudited, lost, repeated } = this.#account.counts;
    const { none = 0, ...lostBy } = lost;
    return {
      numbered: folded.numbered + sum.numbered,
      inDevice: sum.device,
      inOutbox: sum.outbox,
      inGateway: sum.gateway,
      inDedup: this.clean.waiting,
      clean: seen - this.clean.early - unaudited + doubled,
      unaudited,
      unexplained: doubled + unexpected - none,
      repeated,
      lostBy: refused > 0 ? { ...lostBy, "ring-full": refused } : lostBy,
    };
  }

  toJSON(): DeviceAuditState {
    return {
      ...this.#boots.toJSON(),
      clean: this.clean.toJSON(),
      copies: this.copies.toJSON(),
      counts: this.#account.counts,
      erased: this.#acknowledged.toJSON(),
    };
  }

  /** Something is wrong with one reading. */
  #found(
    kind: FindingKind,
    hop: AuditHop,
    bootId: number,
    seq: number,
    evidence: Evidence,
    detail: string,
  ): void {
    this.#account.found({ kind, hop, bootId, from: seq, to: seq, evidence }, detail);
  }

  #behind({ bootId, from, to, partition, at }: ShownRun, topic: string): void {
    const evidence = { topic, partition, offset: at };
    const what = { kind: "out-of-order", hop: "dedup", bootId, from, to, evidence } as const;
    this.#account.found(what, "in the clean topic behind later ones");
  }

  /** The clean topic shows a number that was found lost. */
  #returned(boot: BootAudit, seq: number): void {
    const { lost } = this.#account.counts;
    const cause = (lost.none ?? 0) > 0 ? "none" : "dead-letter";
    lost[cause] = (lost[cause] ?? 0) - 1;
    boot.lostAfter.remove(seq, seq);
    this.clean.confirm({ bootId: boot.id, from: seq, to: seq });
  }

  /** Nothing can be said of these, so nothing is. */
  #trust(boot: BootAudit, from: number, to: number): void {
    for (const range of boot.raw.add(from, to)) {
      const unseen = this.clean.seen(boot.id).add(range.from, range.to);
      this.copies.seen(boot.id).add(range.from, range.to);
      this.#account.counts.unaudited += sizeOf(unseen);
    }
  }
}

const NOT_CLEAN = ["none", "in raw, and not in the clean topic"] as const;
const FLIGHTS = ["numbered", "device", "outbox", "gateway"] as const;
