import type { Evidence, LossCause } from "../../../schemas/audit.ts";
import type { SeqRange } from "../../../schemas/records.ts";
import type { Account } from "./account.ts";
import type { BootAudit, Cause } from "./boot.ts";
import type { Boots } from "./boots.ts";
import type { Claim, NamedRange } from "./claim.ts";

/** A memory that is gone: what was numbered before this boot and is in no outbox is lost. */
export interface Erased {
  readonly before: number;
  /** Wall clock, epoch ms. */
  readonly since: number;
}

/** What an agent had of an erased memory is in the raw topic by then, ms. */
const ERASED_MS = 5_000;

/** The way of a device's readings to the raw topic: what agents say of it, held against what the topic has. */
export class AgentClaims {
  readonly #boots: Boots;
  readonly #account: Account;
  #erased: Erased | null;

  constructor(boots: Boots, account: Account, erased: Erased | null) {
    this.#boots = boots;
    this.#account = account;
    this.#erased = erased;
  }

  /** An agent says how far it is. @param now - wall clock, epoch ms. */
  hear({ boots, quarantined, erasedBefore }: Claim, now: number): void {
    const { counts } = this.#account;
    counts.quarantined = Math.max(counts.quarantined, quarantined);
    for (const reported of boots) {
      const boot = this.#boots.get(reported.bootId);
      if (!boot) continue;
      boot.memory = reported.memoryBootId ?? boot.memory;
      boot.happened = Math.max(boot.happened, reported.happened);
      boot.reaches({ ...reported, published: reported.published ?? 0 });
    }
    if (erasedBefore === null || this.#erased?.before === erasedBefore) return;
    const gone = [...this.#boots].some(({ memory }) => memory !== null && memory < erasedBefore);
    if (gone) this.#erased = { before: erasedBefore, since: now };
  }

  /** What it said can be judged from now on. */
  claim({ boots, losses }: Claim, evidence: Evidence): void {
    for (const { bootId, first, published } of boots) {
      if (published !== null && published >= first) this.#boots.get(bootId)?.acked.add(first, published);
    }
    for (const loss of losses) this.#lose(loss, evidence);
  }

  /** A dead letter of the gateway holds these: they are lost unless raw has them all the same. */
  refused({ bootId, from, to }: SeqRange & { readonly bootId: number }): void {
    this.#boots.get(bootId)?.dead.add(from, to);
  }

  /**
   * All of raw and of the dead letters that was there when an agent said how far it is has been read: what has its
   * PUBACK is in raw, or is named.
   *
   * @param evidence - the agent's word.
   */
  judge(evidence: Evidence, now: number): void {
    for (const boot of this.#boots) {
      const { dead } = boot.unaccounted;
      for (const range of dead) this.#lose({ bootId: boot.id, ...range, cause: "dead-letter" }, evidence);
      for (const range of boot.unaccounted.acked) this.#unacked(boot, range, evidence);
    }
    if (!this.#erased || now - this.#erased.since < ERASED_MS) return;
    for (const boot of this.#boots) {
      if (boot.memory === null || boot.memory >= this.#erased.before) continue;
      for (const range of boot.missing)
        this.#lose({ bootId: boot.id, ...range, cause: "memory-erased" }, evidence);
    }
    this.#erased = null;
  }

  /** Raw shows numbers, some of which were thought never to come. */
  arrived(boot: BootAudit, { from, to }: SeqRange): void {
    for (const { cause, ...range } of boot.recover(from, to)) {
      const fact = { kind: "lost", hop: hopOf(cause), bootId: boot.id, ...range, evidence: null } as const;
      this.#account.recovered(fact, cause);
    }
  }

  toJSON(): Erased | null {
    return this.#erased;
  }

  #unacked(boot: BootAudit, { from, to }: SeqRange, evidence: Evidence): void {
    const { counts } = this.#account;
    const bootId = boot.id;
    // An agent that does not tell which it set aside tells how many.
    const free = Math.max(0, counts.quarantined - (counts.lost.quarantine ?? 0));
    const aside = Math.min(free, to - from + 1);
    if (aside > 0) this.#lose({ bootId, from, to: from + aside - 1, cause: "quarantine" }, evidence);
    for (const range of boot.lose(from + aside, to, "none")) {
      const lost = { kind: "lost", hop: "gateway", bootId, ...range, evidence } as const;
      this.#account.lost(lost, "none", "acknowledged to the agent, and not in raw");
    }
  }

  /** Readings will never come to raw, by the word of those who had them last. */
  #lose({ bootId, from, to, cause }: NamedRange, evidence: Evidence): void {
    for (const range of this.#boots.get(bootId)?.lose(from, to, cause) ?? []) {
      const lost = { kind: "lost", hop: hopOf(cause), bootId, ...range, evidence } as const;
      this.#account.lost(lost, cause, DETAIL[cause]);
    }
  }
}

/** Between which places a reading was lost. */
function hopOf(cause: Cause): "device" | "outbox" | "gateway" {
  if (cause === "memory-erased" || cause === "ring-full") return "device";
  return cause === "quarantine" || cause === "outbox-lost" ? "outbox" : "gateway";
}

const DETAIL: Readonly<Record<LossCause, string>> = {
  "dead-letter": "in the dead-letter topic",
  quarantine: "set aside by the agent, because the gateway refuses it for good",
  "ring-full": "refused by a full memory",
  "memory-erased": "numbered by a memory that is gone, and never given to an agent",
  "outbox-lost": "given to an outbox that is gone, or that another agent has",
};
