import type { AuditHop, FleetVerdict, LossCause } from "../../../../schemas/audit.ts";
import type { HopName } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { figure, plural, span } from "./words.ts";

type State = ProofView["state"];

const STATE_WORDS: Readonly<Record<State, string>> = {
  holds: "Every entry is accounted for",
  "catching-up": "Catching up",
  stalled: "Standing still",
  broken: "The counts do not agree",
};

export const STATE_SIGNS: Readonly<Record<State, string>> = {
  holds: "=",
  "catching-up": "→",
  stalled: "‖",
  broken: "≠",
};

/** What the proof comes to, in a few words. Before anything was counted there is nothing to catch up with. */
export function headline({ state, devices, stale, silent, stalledAt }: ProofView): string {
  if (devices === null && state !== "broken") return "Nothing counted yet";
  if (state !== "stalled") return STATE_WORDS[state];
  if (stale) return "The auditor is silent";
  return stalledAt.length === 0 && silent > 0 ? `${plural(silent, "place")} silent` : STATE_WORDS.stalled;
}

/** "nothing lost"; as long as the counts do not agree, that is so only until now. */
export function lossWords(lost: number, state: State): string {
  if (lost > 0) return `${figure(lost)} lost`;
  return state === "holds" ? "nothing lost" : "nothing lost so far";
}

/** What became of the vehicles' events. */
export function fleetSentence({ inKafka, rows, repeated, deadLetters, waiting }: FleetVerdict): string {
  const rest = [
    ...(repeated > 0 ? [`${figure(repeated)} came again`] : []),
    ...(deadLetters > 0 ? [`${figure(deadLetters)} ${are(deadLetters)} dead letters`] : []),
    ...(waiting > 0 ? [`${figure(waiting)} ${are(waiting)} on the way`] : []),
  ];
  return `${[`Vehicles' events: ${figure(rows)} of ${figure(inKafka)} are rows of PostgreSQL`, ...rest].join("; ")}.`;
}

/** What the figures of a proof that holds say, and nothing else. */
export function sentence(proof: ProofView): string {
  const { devices, clean, waiting, lost, unaudited, inSummary } = proof;
  if (devices === null || clean === null || waiting === null || inSummary === null) return "";
  const rest = [
    ...(waiting > 0 ? [`${figure(waiting)} ${are(waiting)} in transit`] : []),
    ...(lost > 0 ? [`${figure(lost)} ${are(lost)} lost, with a cause`] : []),
    ...(unaudited > 0 ? [`${figure(unaudited)} ${are(unaudited)} older than the audit`] : []),
  ];
  const whole = rest.length === 0 ? `All ${figure(devices)}` : `${figure(clean)} of ${figure(devices)}`;
  const counted = `${whole} entries at the turnstiles were received, each once and in order`;
  const sums =
    inSummary === 0 ? "All of them are totalled." : `${figure(inSummary)} of them are not totalled yet.`;
  return `${[counted, ...rest].join("; ")}. ${sums}`;
}

/** How old the figures are, at a moment of the server's clock. */
export function asOf({ asOf: at }: Pick<ProofView, "asOf">, now: number): string {
  return at === null ? "" : `as of ${span(now - at)} ago`;
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
export function terms(proof: ProofView, drawn: number | null): readonly Term[] {
  const { devices, waiting, lost, unaudited, unexplained, clean, inSummary, miscounted, summed, newer } =
    proof;
  const toClean = sum([devices, minus(waiting), -lost, -unaudited, unexplained]);
  const toSummed = sum([clean, minus(inSummary), miscounted]);
  return [
    { name: "at the turnstiles", value: devices, kind: "total" },
    { name: "in transit", value: waiting, sign: "−", kind: "light" },
    ...(lost > 0 ? [{ name: "lost, with a cause", value: lost, sign: "−", kind: "light" } as const] : []),
    ...(unaudited > 0
      ? [{ name: "before the audit", value: unaudited, sign: "−", kind: "light" } as const]
      : []),
    ...(unexplained < 0 ? [{ name: "lost", value: -unexplained, sign: "−", kind: "wrong" } as const] : []),
    ...(unexplained > 0 ? [{ name: "too many", value: unexplained, sign: "+", kind: "wrong" } as const] : []),
    { name: "received once", value: clean, sign: equals(toClean, clean), kind: "total" },
    { name: "not totalled yet", value: inSummary, sign: "−", kind: "light" },
    ...(miscounted > 0
      ? [{ name: "totalled too often", value: miscounted, sign: "+", kind: "wrong" } as const]
      : []),
    ...(miscounted < 0
      ? [{ name: "not totalled", value: -miscounted, sign: "−", kind: "wrong" } as const]
      : []),
    { name: "totalled", value: summed, sign: equals(toSummed, summed), kind: "total" },
    {
      name: newer !== null && newer < 0 ? "not here yet" : "newer",
      value: newer === null ? null : Math.abs(newer),
      sign: newer !== null && newer < 0 ? "−" : "+",
      kind: "light",
    },
    { name: "on your screen", value: drawn, sign: equals(sum([summed, newer]), drawn), kind: "total" },
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

function are(n: number): string {
  return n === 1 ? "is" : "are";
}

/** The hops as the pipeline draws them. */
export const HOP_NAMES: Readonly<Record<HopName, string>> = {
  serial: "Device → agent",
  mqtt: "Agent → gateway",
  kafka: "Gateway → received once",
  ksql: "Received once → totalled",
};

export const HOP_WORDS: Readonly<Record<AuditHop, string>> = {
  device: "Device → agent",
  outbox: "Agent → gateway",
  gateway: "Gateway → raw topic",
  raw: "Raw topic",
  dedup: "Raw topic → received once",
  "station-topic": "Received once → station's own topic",
  summary: "Received once → totalled",
  table: "Vehicles' topic → PostgreSQL",
};

export const CAUSE_WORDS: Readonly<Record<LossCause, string>> = {
  "dead-letter": "in dead letters",
  quarantine: "set aside by agents",
  "ring-full": "refused by full devices",
  "memory-erased": "erased with a memory",
  "outbox-lost": "gone with an outbox",
};

/** "1 of 3 pages behind"; empty: none is. */
export function pagesBehind({ open, behind }: ProofView["pages"]): string {
  return behind === 0 ? "" : `${figure(behind)} of ${plural(open, "page")} behind`;
}
