import { type Equation, isOpen, type Verdict, type VerdictState } from "../../../../schemas/audit.ts";
import type { ArrivalsProof, ProofView } from "../../../../schemas/page/proof.ts";
import type { AuditView } from "../../../audit/view.ts";
import { ageWords } from "../../../audit/words.ts";
import { findingBrief } from "./findings.ts";

export interface ProofSources {
  readonly audit: Pick<AuditView, "verdict" | "findings">;
  /** What the table of sums has in all, as this server has read it; null: no row yet. */
  readonly summed: () => number | null;
  readonly deadLetters: () => number;
  readonly pages: () => ProofView["pages"];
  /** Parts of a reading's way that do not work now, as nouns. */
  readonly down: () => readonly string[];
  /** Has everything that was in Kafka at the start been read? */
  readonly live: () => boolean;
}

/** The auditor speaks once a second. After this it is silent, ms. */
export const SILENT_MS = 5_000;
/** Open findings that are told in words; the others are counted. */
const BRIEF = 3;

type Said = Pick<ProofView, "state" | "reasons" | "stale">;

/** The auditor's verdict as a page shows it: also when it is old, and when there is none. */
export class ProofKeeper {
  readonly #sources: ProofSources;
  #last: ProofView | null = null;

  constructor(sources: ProofSources) {
    this.#sources = sources;
  }

  get last(): ProofView | null {
    return this.#last;
  }

  /** @param now - wall clock, epoch ms. */
  look(now: number): ProofView {
    const { audit } = this.#sources;
    const { verdict } = audit;
    const said = verdict ? this.#dated(verdict, now) : this.#unknown();
    const open = audit.findings.filter(isOpen).slice(0, BRIEF);
    this.#last = {
      ...said,
      since: this.#since(said, verdict, now),
      asOf: verdict?.asOf ?? null,
      ...figures(verdict?.turnstiles ?? null, this.#sources.summed()),
      deadLetters: this.#sources.deadLetters(),
      arrivals: verdict ? arrivals(verdict.arrivals) : null,
      findings: verdict?.findings ?? { open: 0, accounted: 0, resolved: 0 },
      open: open.map(findingBrief),
      silent: verdict?.silent.length ?? 0,
      stalledAt: (verdict?.inFlight ?? []).filter(({ state }) => state === "stalled").map(({ hop }) => hop),
      fleet: verdict?.fleet ?? null,
      oldest: verdict ? oldestOf(verdict) : null,
      pages: this.#sources.pages(),
    };
    return this.#last;
  }

  #since({ state, stale }: Said, verdict: Verdict | null, now: number): number {
    if (verdict && !stale) return verdict.since;
    return this.#last?.state === state && this.#last.stale === stale ? this.#last.since : now;
  }

  #dated(verdict: Verdict, now: number): Said {
    const age = now - verdict.asOf;
    const down = this.#sources.down().map((part) => `${part} is down.`);
    if (age <= SILENT_MS) {
      const { state, reasons } = verdict;
      return { state, reasons: state === "holds" ? reasons : [...down, ...reasons], stale: false };
    }
    // What was found stays found; of everything else nothing is known any more.
    const broken = verdict.state === "broken";
    const state: VerdictState = broken ? "broken" : "stalled";
    const silent = `The auditor has said nothing for ${ageWords(age)}.`;
    return { state, reasons: [...(broken ? verdict.reasons : []), ...down, silent], stale: true };
  }

  #unknown(): Said {
    const [down] = this.#sources.down();
    const live = this.#sources.live() ? "No auditor has said anything yet." : "Reading what Kafka holds.";
    return { state: "catching-up", reasons: [down ? `${down} is down.` : live], stale: false };
  }
}

type Figures = Omit<Equation, "numbered" | "repeated" | FigureOfOld> &
  Pick<ProofView, FigureOfOld | "devices" | "waiting" | "newer" | "duplicatesRemoved">;
/** These are null without a verdict. */
type FigureOfOld = "inDevices" | "inOutboxes" | "inGateway" | "inDedup" | "clean" | "inSummary" | "summed";

/** @param read - what this server has read of the sums; null: nothing. */
function figures(entries: Equation | null, read: number | null): Figures {
  if (!entries) return NOTHING;
  const { numbered, repeated, ...same } = entries;
  return {
    ...same,
    devices: numbered,
    waiting: waitingOf(entries),
    newer: read === null ? null : read - entries.summed,
    duplicatesRemoved: repeated,
  };
}

function arrivals(equation: Equation): ArrivalsProof {
  const { numbered, clean, lost, unexplained } = equation;
  return { devices: numbered, waiting: waitingOf(equation), clean, lost, unexplained };
}

function waitingOf({ inDevices, inOutboxes, inGateway, inDedup }: Equation): number {
  return inDevices + inOutboxes + inGateway + inDedup;
}

function oldestOf({ inFlight }: Verdict): ProofView["oldest"] {
  const waiting = inFlight.flatMap(({ hop, since }) => (since === null ? [] : [{ hop, since }]));
  return waiting.sort((x, y) => x.since - y.since)[0] ?? null;
}

const NOTHING: Figures = {
  devices: null,
  waiting: null,
  inDevices: null,
  inOutboxes: null,
  inGateway: null,
  inDedup: null,
  clean: null,
  unaudited: 0,
  lost: 0,
  lostBy: { "dead-letter": 0, quarantine: 0, "ring-full": 0, "memory-erased": 0, "outbox-lost": 0 },
  unexplained: 0,
  inSummary: null,
  summed: null,
  miscounted: 0,
  newer: null,
  duplicatesRemoved: 0,
};
