import type { DeviceKind } from "./network/devices.ts";
import type { SeqRange } from "./records.ts";

/**
 * What the auditor says: the proof of delivery rule 9, reading by reading.
 *
 * It writes to the topic `audit` (compacted, one partition, keys of text, values of JSON); `npm run audit`, the page and
 * `/api/v1/proof` read it there. Times are epoch milliseconds of the wall clock.
 */

/** Where on a reading's way two places are compared; named after what stands between them. */
export const AUDIT_HOPS = [
  /** Numbered by the device → on the agent's disk. */
  "device",
  /** On the agent's disk → PUBACK. */
  "outbox",
  /** PUBACK → a record of the raw topic. */
  "gateway",
  /** The raw topic itself: records that were deleted before the auditor read them. */
  "raw",
  /** Raw topic → clean topic. */
  "dedup",
  /** Clean topic → its copy in the station's own topic. */
  "station-topic",
  /** Clean topic → the table of sums. */
  "summary",
  /** The vehicles' topic → PostgreSQL's table. `deviceId` is the vehicle, `bootId` its boot. */
  "table",
] as const;
export type AuditHop = (typeof AUDIT_HOPS)[number];

/** What can be wrong at a cut. No honest run has any of these. */
export const FINDING_KINDS = [
  /** In the hop's input, and neither in its output nor named as lost with a reason. */
  "lost",
  /** More than once in the output. */
  "doubled",
  /** In the output in another order than in the input. */
  "out-of-order",
  /** In the output under another station or as another kind of reading. */
  "moved",
  /** In the output with another content. */
  "altered",
  /** In the output, and not in the input. */
  "unexpected",
  /** A sum that is not the number of records it stands for. */
  "miscounted",
  /** Deleted before the auditor could read it. */
  "unread",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];

/** Why a reading is known never to come: it is accounted for, and breaks nothing. */
export const LOSS_CAUSES = [
  /** In the dead-letter topic, with its reason. */
  "dead-letter",
  /** Set aside by the agent, because the gateway refuses it for good. */
  "quarantine",
  /** Refused by a device whose memory was full: it happened, and never got a number. */
  "ring-full",
  /** The device's memory was erased while it held the reading. */
  "memory-erased",
  /** The agent's outbox was lost or left behind while it held the reading. */
  "outbox-lost",
] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** A record that shows it: `GET /api/v1/proof/records/{topic}/{partition}/{offset}` decodes it. */
export interface Evidence {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Resolution {
  readonly at: number;
  /** The account of the operating system that ran the command. */
  readonly by: string;
  readonly reason: string;
}

/**
 * One thing that is wrong, or one loss with its cause. The same fact has the same id after every restart; neighbouring
 * numbers of one device and boot are one finding, which grows.
 */
export interface Finding {
  /** `lost-dedup-40380-T1-1700000000-51`: kind, hop, device or station, boot, first number. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly hop: AuditHop;
  /** null: unexplained, and the proof is broken until an operator resolves it. Otherwise accounted for. */
  readonly cause: LossCause | null;
  /** null where a sum or a stretch of a topic is wrong, not a device's reading. */
  readonly deviceId: string | null;
  readonly bootId: number | null;
  /** The sequence numbers, ascending; at most 64, then the last one covers what is between. */
  readonly ranges: readonly SeqRange[];
  /** How many readings; for `miscounted` the sum minus the records it stands for. */
  readonly readings: number;
  readonly stationId: number | null;
  /** Of which kind of device. */
  readonly reading: DeviceKind | null;
  /** The first and the last record that shows it, or where the missing one should be. */
  readonly evidence: readonly Evidence[];
  readonly firstSeen: number;
  readonly lastSeen: number;
  /** For a person, without the device's name and numbers: "in raw, and not in the clean topic". */
  readonly detail: string;
  readonly resolved: Resolution | null;
}

/** Does it break the proof? */
export function isOpen({
  cause,
  resolved,
}: Pick<Finding, "cause"> & { readonly resolved: object | null }): boolean {
  return cause === null && resolved === null;
}

/**
 * holds: every difference is in flight and younger than its bound. catching-up: in flight, and moving. stalled: readings
 * wait at a hop where nothing moves, or a device is silent; no loss is claimed. broken: there are open findings.
 */
export const VERDICT_STATES = ["holds", "catching-up", "stalled", "broken"] as const;
export type VerdictState = (typeof VERDICT_STATES)[number];

/** One kind of reading, counted at the auditor's present positions. Each line closes exactly. */
export interface Equation {
  /** = inDevices + inOutboxes + inGateway + inDedup + clean + unaudited + lost − unexplained. */
  readonly numbered: number;
  readonly inDevices: number;
  readonly inOutboxes: number;
  /** Acknowledged to the agent, and not yet read from the raw topic. */
  readonly inGateway: number;
  /** In the raw topic, and not yet in the clean topic. */
  readonly inDedup: number;
  /** Records of the clean topic. */
  readonly clean: number;
  /** Taken on trust: their records were deleted before the audit began, or before it came to them. */
  readonly unaudited: number;
  /** Accounted for: sum of `lostBy`, without `ring-full`, which never got a number. */
  readonly lost: number;
  readonly lostBy: Readonly<Record<LossCause, number>>;
  /** Records of the clean topic beyond (positive) or short of (negative) what was numbered: the open findings. */
  readonly unexplained: number;
  /** Turnstiles only: clean = inSummary + summed − miscounted. */
  readonly inSummary: number;
  readonly summed: number;
  readonly miscounted: number;
  /** Readings that came to the raw topic again, and that dedup must drop. */
  readonly repeated: number;
}

/** What waits at one hop. */
export interface InFlight {
  readonly hop: AuditHop;
  readonly waiting: number;
  /** When the oldest of them came there; null: nothing waits. */
  readonly since: number | null;
  /** When something last came through; null: never. */
  readonly movedAt: number | null;
  readonly state: Exclude<VerdictState, "broken">;
}

/** A device that is not heard now, or all of a station whose agent is gone. Excuses only itself. */
export interface Silence {
  /** "Turnstile 40380-T1", "The devices of station 40380". */
  readonly name: string;
  readonly stationId: number;
  readonly devices: number;
  readonly reason: string;
  readonly since: number;
  /** Readings known to wait there. */
  readonly waiting: number;
}

/** What the auditor says once a second. */
export interface Verdict {
  readonly state: VerdictState;
  readonly since: number;
  /** When the auditor had read this far. */
  readonly asOf: number;
  /** In words, the gravest first; empty when it holds. */
  readonly reasons: readonly string[];
  readonly turnstiles: Equation;
  readonly arrivals: Equation;
  readonly inFlight: readonly InFlight[];
  readonly silent: readonly Silence[];
  /** Of the findings that the topic holds. */
  readonly findings: { readonly open: number; readonly accounted: number; readonly resolved: number };
  /** Next offset per topic and partition: where this was counted. */
  readonly positions: Readonly<Record<string, readonly number[]>>;
  /** null: PostgreSQL was not reached yet. Left out: it is not audited here. */
  readonly fleet?: FleetVerdict | null;
}

/** The vehicles' half: their topic held against PostgreSQL's table. */
export interface FleetVerdict {
  readonly state: VerdictState;
  /** When the table was as it was counted here. */
  readonly asOf: number;
  /** In words; empty when it holds. */
  readonly reasons: readonly string[];
  /** Records of the topic, deleted ones included. */
  readonly inKafka: number;
  /** Records that the writer has not dealt with. */
  readonly waiting: number;
  /** Records that it has, held against the table: each is one of the following three or a finding. */
  readonly audited: number;
  readonly rows: number;
  /** Of an event that is a row by an earlier record. */
  readonly repeated: number;
  readonly deadLetters: number;
}

/**
 * The number of partitions was changed: what lies below these offsets was counted, audited and summed by the number
 * before. Written by `npm run partitions`.
 */
export interface Regrouping {
  readonly from: number;
  readonly to: number;
  /** Wall clock. */
  readonly at: number;
  /** Per topic of those that are partitioned by station: the end of each partition that it had. */
  readonly ends: Readonly<Record<string, readonly number[]>>;
}

/** Keys of the topic `audit`. */
export const AUDIT_KEYS = {
  /** Value: `Verdict`. */
  verdict: "verdict",
  /** Before a finding's id. Value: `Finding` as the auditor found it, its `resolved` null. */
  finding: "finding:",
  /** Before a finding's id. Value: `Resolution`; written by `npm run audit -- resolve`. */
  resolution: "resolution:",
  /** Value: `Regrouping`, the last one. */
  regrouping: "partitions",
} as const;
