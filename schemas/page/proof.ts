import type { AuditHop, Finding, FleetVerdict, LossCause, Verdict, VerdictState } from "../audit.ts";

/** What a finding's sentence is made of. */
export type FindingFacts = Pick<
  Finding,
  "id" | "kind" | "hop" | "deviceId" | "stationId" | "reading" | "ranges" | "readings"
>;

/** An open finding, in one sentence; `GET /proof/findings/{id}` has all of it. */
export interface FindingBrief extends FindingFacts {
  /** In English; a page of another language makes its own of the facts. */
  readonly words: string;
}

/** What the auditor counted of arrivals. */
export interface ArrivalsProof {
  readonly devices: number;
  readonly waiting: number;
  readonly clean: number;
  readonly lost: number;
  readonly unexplained: number;
}

/**
 * The proof as a page shows it (delivery rule 9): the auditor's verdict, as of one moment. What a browser drew is no
 * part of it. Counts are entries of turnstiles, but for `arrivals`; null: no auditor has said anything yet.
 *
 * devices = waiting + clean + unaudited + lost − unexplained, and clean = inSummary + summed − miscounted.
 */
export interface ProofView {
  /** `stalled` too when the auditor itself has been silent for longer than it should be. */
  readonly state: VerdictState;
  /** Since when it is in this state. */
  readonly since: number;
  /** When the auditor had read this far; null: none has said anything. */
  readonly asOf: number | null;
  /** The verdict is older than it should be: nothing is known of what came since. */
  readonly stale: boolean;
  /** Why it does not hold, in words, the gravest first; empty when it does. */
  readonly reasons: readonly string[];
  /** Numbered by the devices. */
  readonly devices: number | null;
  /** On the way to the clean topic: the sum of the next four. */
  readonly waiting: number | null;
  readonly inDevices: number | null;
  readonly inOutboxes: number | null;
  readonly inGateway: number | null;
  readonly inDedup: number | null;
  /** Records of the clean topic. */
  readonly clean: number | null;
  /** Taken on trust: their records were deleted before the audit. */
  readonly unaudited: number;
  /** Known never to come, with their causes. */
  readonly lost: number;
  readonly lostBy: Readonly<Record<LossCause, number>>;
  /** Records beyond (positive) or short of (negative) what was numbered: open findings. */
  readonly unexplained: number;
  /** Clean, and not in the sums yet. */
  readonly inSummary: number | null;
  readonly summed: number | null;
  /** By how much sums are too high (positive) or too low. */
  readonly miscounted: number;
  /** Entries in the sums that this server has read since the verdict; below 0: that it has not read yet. */
  readonly newer: number | null;
  /** Came to Kafka again, and were dropped by dedup. */
  readonly duplicatesRemoved: number;
  readonly deadLetters: number;
  readonly arrivals: ArrivalsProof | null;
  readonly findings: Verdict["findings"];
  /** The first few open ones. */
  readonly open: readonly FindingBrief[];
  /** Places that are silent now: devices, or stations whose agent is gone. */
  readonly silent: number;
  /** Hops at which something waits and nothing moves. */
  readonly stalledAt: readonly AuditHop[];
  /** The vehicles' half; null: it is not audited, or PostgreSQL was not reached yet. */
  readonly fleet: FleetVerdict | null;
  /** Where the oldest reading that waits has come to, and since when; null: nothing waits. */
  readonly oldest: { readonly hop: AuditHop; readonly since: number } | null;
  /** Pages that are looked at, and those of them that have not drawn what they were sent. */
  readonly pages: { readonly open: number; readonly behind: number };
}
