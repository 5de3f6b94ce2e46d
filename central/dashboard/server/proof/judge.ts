import type { ProofState } from "../../../../schemas/page/page.ts";
import { HopLag, type Lag } from "./hop-lag.ts";
import type { Silence, Totals } from "./totals.ts";
import { sentence, silentWords } from "./words.ts";

/** A difference that outlives this, with nothing moving and nothing down, is no delay any more. */
export const PATIENCE_MS = 10_000;

export interface Observation {
  /** Monotonic, ms. */
  readonly now: number;
  /** Wall clock, epoch ms: for ages in words. */
  readonly wall: number;
  readonly totals: Totals;
  /** What every open page has drawn; null: none is open. */
  readonly shown: number | null;
  /** Has everything that was in Kafka at the start been read? */
  readonly live: boolean;
  /** Parts of the way that do not work now, as nouns: "ksqlDB". */
  readonly down: readonly string[];
  /** Further facts that cannot be true, in words: a page that drew something else than it was sent. */
  readonly violations: readonly string[];
}

export interface Verdict {
  readonly state: ProofState;
  /** In words; empty when it holds. */
  readonly reasons: readonly string[];
}

/**
 * Holds: every total has reached what its upstream had a short while ago, and no turnstile is silent. Broken: what
 * cannot be true at any moment, or a difference that stays while nothing moves and nothing is down. Catching up:
 * anything else. (Delivery rule 9.)
 */
export class ProofJudge {
  readonly #dedup = new HopLag();
  readonly #ksql = new HopLag();
  readonly #page = new HopLag();
  readonly #ahead = new HopLag();

  judge(observation: Observation): Verdict {
    const { now, totals, shown, live, down } = observation;
    if (!live || totals.devices === null) return { state: "catching-up", reasons: [waitingFor(observation)] };

    const clean = totals.clean ?? 0;
    const summed = totals.summed ?? 0;
    const due = totals.devices - totals.lost - totals.quarantined;
    const dedup = this.#dedup.observe(now, due, clean);
    const ksql = this.#ksql.observe(now, clean, summed);
    const page = shown === null ? none(this.#page) : this.#page.observe(now, summed, shown);
    // Summed reaches clean, never the other way: the pair is watched from both sides.
    const ahead = this.#ahead.observe(now, summed, clean);

    const impossible = [...totals.violations, ...observation.violations];
    if (ahead.settled && ahead.by > 0)
      impossible.push(`ksqlDB counts ${sentence(ahead.by)} more than dedup wrote.`);
    if (impossible.length > 0) return { state: "broken", reasons: impossible };

    const reasons = [
      ...down.map((part) => `${part} is down.`),
      ...silentWords(totals.silent, observation.wall),
      ...lagWords(totals, { dedup, ksql, page }),
    ];
    if (reasons.length === 0) return { state: "holds", reasons };
    const excused = down.length > 0 || totals.silent.length > 0;
    const stuck = Math.max(dedup.stuckMs, ksql.stuckMs, page.stuckMs) > PATIENCE_MS;
    return { state: stuck && !excused ? "broken" : "catching-up", reasons };
  }
}

function none(hop: HopLag): Lag {
  hop.reset();
  return { by: 0, stuckMs: 0, settled: false };
}

function waitingFor({ live, down }: Observation): string {
  const [first] = down;
  if (first) return `${first} is down.`;
  return live ? "No turnstile has been heard yet." : "Reading what Kafka holds.";
}

function lagWords(totals: Totals, lags: { dedup: Lag; ksql: Lag; page: Lag }): string[] {
  const words: string[] = [];
  if (lags.dedup.by > 0) {
    // What waits in silent turnstiles has been said.
    const said = totals.silent.reduce((sum: number, silence: Silence) => sum + silence.waiting, 0);
    const places = [
      [Math.max(0, (totals.inDevices ?? 0) + (totals.inOutboxes ?? 0) - said), "before the gateway"],
      [totals.inKafka ?? 0, "in Kafka"],
    ] as const;
    const some = places.filter(([n]) => n > 0).map(([n, where]) => `${sentence(n)} ${where}`);
    if (some.length > 0) words.push(`On the way: ${some.join(", ")}.`);
    else if (said === 0) words.push(`${sentence(lags.dedup.by)} not counted by dedup yet.`);
  }
  if (lags.ksql.by > 0) words.push(`${sentence(lags.ksql.by)} not summed by ksqlDB yet.`);
  if (lags.page.by > 0) words.push(`${sentence(lags.page.by)} not drawn by every page yet.`);
  return words;
}
