/** Totals of the page's API, as far as they are known. */
export interface Totals {
  /** Monotonic, ms. */
  readonly at: number;
  /** holds, catching-up, stalled, broken; null: the page does not say yet. */
  readonly proof: string | null;
  /** Entries on the clean topic. */
  readonly entries: number | null;
  /** Entries on their way. */
  readonly waiting: number | null;
  readonly trains: number | null;
}

/**
 * The line of figures below the list of parts.
 *
 * @param before - totals of an earlier moment, for the rate.
 */
export function statusLine(now: Totals, before: Totals | undefined): string {
  const facts = [
    rate(now, before),
    now.entries === null ? undefined : `${number(now.entries)} entries counted`,
    now.trains === null ? undefined : `${number(now.trains)} trains`,
    now.waiting === null ? undefined : `${number(now.waiting)} waiting`,
    now.proof === null ? undefined : `proof ${PROOF_WORDS[now.proof] ?? now.proof}`,
  ].filter((fact) => fact !== undefined);
  return facts.length > 0 ? facts.join(" · ") : "no figures yet: the page does not answer";
}

const PROOF_WORDS: Readonly<Record<string, string>> = {
  holds: "holds",
  "catching-up": "is catching up",
  stalled: "is stalled",
  broken: "IS BROKEN",
};

function rate(now: Totals, before: Totals | undefined): string | undefined {
  if (!before || now.entries === null || before.entries === null || now.at <= before.at) return undefined;
  const perSecond = ((now.entries - before.entries) * 1000) / (now.at - before.at);
  return `${number(Math.max(0, perSecond), 1)} entries/s`;
}

function number(value: number, digits = 0): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
