import type { FleetVerdict } from "../../../../schemas/audit.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import type { Texts } from "../texts/texts.ts";

type State = ProofView["state"];

export const STATE_SIGNS: Readonly<Record<State, string>> = {
  holds: "=",
  "catching-up": "→",
  stalled: "‖",
  broken: "≠",
};

/** What the proof comes to, in a few words. Before anything was counted there is nothing to catch up with. */
export function headline({ state, devices, stale, silent, stalledAt }: ProofView, { proof }: Texts): string {
  if (devices === null && state !== "broken") return proof.nothingYet;
  if (state !== "stalled") return proof.states[state];
  if (stale) return proof.auditorSilent;
  return stalledAt.length === 0 && silent > 0 ? proof.placesSilent(silent) : proof.states.stalled;
}

/** "nothing lost"; as long as the counts do not agree, that is so only until now. */
export function lossWords(lost: number, state: State, { proof }: Texts): string {
  if (lost > 0) return proof.lost(lost);
  return state === "holds" ? proof.nothingLost : proof.nothingLostSoFar;
}

/** What became of the vehicles' events. */
export function fleetSentence(
  { inKafka, rows, repeated, deadLetters, waiting }: FleetVerdict,
  { proof: { fleet } }: Texts,
): string {
  const rest = [
    ...(repeated > 0 ? [fleet.repeated(repeated)] : []),
    ...(deadLetters > 0 ? [fleet.deadLetters(deadLetters)] : []),
    ...(waiting > 0 ? [fleet.waiting(waiting)] : []),
  ];
  return `${[fleet.rows(rows, inKafka), ...rest].join("; ")}.`;
}

/** What the figures of a proof that holds say, and nothing else. */
export function sentence(proof: ProofView, texts: Texts): string {
  const { devices, clean, waiting, lost, unaudited, inSummary } = proof;
  if (devices === null || clean === null || waiting === null || inSummary === null) return "";
  const words = texts.proof.sentence;
  const rest = [
    ...(waiting > 0 ? [words.inTransit(waiting)] : []),
    ...(lost > 0 ? [words.lost(lost)] : []),
    ...(unaudited > 0 ? [words.older(unaudited)] : []),
  ];
  const counted = rest.length === 0 ? words.all(devices) : words.some(clean, devices);
  const sums = inSummary === 0 ? words.allTotalled : words.notTotalled(inSummary);
  return `${[counted, ...rest].join("; ")}. ${sums}`;
}

/** How old the figures are, at a moment of the server's clock. */
export function asOf({ asOf: at }: Pick<ProofView, "asOf">, now: number, { page }: Texts): string {
  return at === null ? "" : page.asOf(now - at);
}

/** One term of the line of totals. */
export interface Term {
  readonly name: string;
  readonly value: number | null;
  /** Between this term and the one before it. */
  readonly sign?: "−" | "+" | "=" | "≠";
  readonly kind: "total" | "light" | "wrong";
}

/**
 * From what the devices counted to what this page shows, each step with what makes the difference: the line closes, or
 * shows where it does not.
 *
 * @param drawn - the sum of all stations on this page.
 */
export function terms(proof: ProofView, drawn: number | null, texts: Texts): readonly Term[] {
  const names = texts.proof.terms;
  const { devices, waiting, lost, unaudited, unexplained, clean, inSummary, miscounted, summed, newer } =
    proof;
  const toClean = sum([devices, minus(waiting), -lost, -unaudited, unexplained]);
  const toSummed = sum([clean, minus(inSummary), miscounted]);
  return [
    { name: names.turnstiles, value: devices, kind: "total" },
    { name: names.inTransit, value: waiting, sign: "−", kind: "light" },
    ...(lost > 0 ? [{ name: names.lostWithCause, value: lost, sign: "−", kind: "light" } as const] : []),
    ...(unaudited > 0
      ? [{ name: names.beforeAudit, value: unaudited, sign: "−", kind: "light" } as const]
      : []),
    ...(unexplained < 0
      ? [{ name: names.lost, value: -unexplained, sign: "−", kind: "wrong" } as const]
      : []),
    ...(unexplained > 0
      ? [{ name: names.tooMany, value: unexplained, sign: "+", kind: "wrong" } as const]
      : []),
    { name: names.receivedOnce, value: clean, sign: equals(toClean, clean), kind: "total" },
    { name: names.notTotalledYet, value: inSummary, sign: "−", kind: "light" },
    ...(miscounted > 0
      ? [{ name: names.tooOften, value: miscounted, sign: "+", kind: "wrong" } as const]
      : []),
    ...(miscounted < 0
      ? [{ name: names.notTotalled, value: -miscounted, sign: "−", kind: "wrong" } as const]
      : []),
    { name: names.totalled, value: summed, sign: equals(toSummed, summed), kind: "total" },
    {
      name: newer !== null && newer < 0 ? names.notHereYet : names.newer,
      value: newer === null ? null : Math.abs(newer),
      sign: newer !== null && newer < 0 ? "−" : "+",
      kind: "light",
    },
    { name: names.screen, value: drawn, sign: equals(sum([summed, newer]), drawn), kind: "total" },
  ];
}

function minus(n: number | null): number | null {
  return n === null ? null : -n;
}

/** null: one of them is not known. */
function sum(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return total;
}

/** "=" only where it is true; of what is not known nothing is said to differ. */
function equals(one: number | null, other: number | null): "=" | "≠" {
  return one === null || other === null || one === other ? "=" : "≠";
}

/** "1 of 3 pages behind"; empty: none is. */
export function pagesBehind({ open, behind }: ProofView["pages"], { proof }: Texts): string {
  return behind === 0 ? "" : proof.pagesBehind(behind, open);
}
