/**
 * Incidents: what began to need attention, with what is known of it, until it ended and after. The server writes each to
 * the topic `incidents` under its id, and pages show them. Times are epoch milliseconds of the wall clock.
 */

export const INCIDENT_KINDS = [
  /** Devices that are not heard. */
  "device",
  /** Agents that are not connected. */
  "agent",
  /** Two agents that speak for one station. */
  "second-agent",
  /** Readings wait at a hop where nothing moves. */
  "hop",
  /** The auditor says nothing. */
  "auditor",
  /** A process that ended, or that cannot start. */
  "process",
  /** Something that the auditor found. */
  "finding",
  /** An experiment that somebody ordered by Break it. */
  "trial",
] as const;
export type IncidentKind = (typeof INCIDENT_KINDS)[number];

/**
 * After ITU-T X.733. critical: readings are lost, doubled or counted wrongly. major: readings of many stations wait, or
 * nobody can tell. minor: one place, or what heals by itself.
 */
export const SEVERITIES = ["critical", "major", "minor"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** How many readings waited, at even steps. The newest step is still being measured. */
export interface WaitingSeries {
  /** When the first step began. */
  readonly from: number;
  readonly stepMs: number;
  /** The most within each step; null: not known. */
  readonly most: readonly (number | null)[];
}

/** One reading on its way, at each hop's own clock. */
export interface ReadingTrace {
  readonly deviceId: string;
  readonly device: number;
  readonly edge: number;
  readonly gateway: number;
  readonly dedup: number;
  /** When the dashboard read it. */
  readonly page: number;
}

/** What a trial strikes, so that its end can be seen. */
export interface TrialOrder {
  /** A device, or a station whose devices; null: a process. */
  readonly target: string | null;
  readonly part: string | null;
  /** How often the part had been started again before; null: not known. */
  readonly restarts: number | null;
  /** When the fault is over, as ordered. */
  readonly until: number;
}

/** An incident in a list. */
export interface IncidentView {
  /** What, where, and when it began: the same for every dashboard, and after each restart. */
  readonly id: string;
  readonly kind: IncidentKind;
  readonly severity: Severity;
  /** In one sentence, without its full stop. */
  readonly title: string;
  /** The keys of all that it is about; `incidentKey` makes them. */
  readonly covers: readonly string[];
  readonly since: number;
  /** The cause is over, and what waited is coming through; null: not yet. */
  readonly backAt: number | null;
  /** null: it goes on. */
  readonly endedAt: number | null;
  /** Readings that wait now; null: not known. */
  readonly waiting: number | null;
}

/** All of an incident, as the topic has it. */
export interface Incident extends IncidentView {
  /** Ids of the stations that it is about; empty: of none in particular. */
  readonly stations: readonly number[];
  /** In the words of whoever noticed it: "unplugged". */
  readonly reason: string;
  /** When a dashboard had seen it for long enough to open it. */
  readonly openedAt: number;
  /** How often it began: what comes back within a minute is the same incident. */
  readonly times: number;
  /** The trial that was under way when it began; null: none was. */
  readonly trial: string | null;
  /** Of a trial: what was ordered. */
  readonly order: TrialOrder | null;
  readonly series: WaitingSeries;
  /** When most waited; null: nothing is known to have waited. */
  readonly worst: { readonly at: number; readonly waiting: number } | null;
  /** Readings known to be lost when it began, and since then; null: no auditor had said. */
  readonly lostBefore: number | null;
  readonly lost: number | null;
  /** Of the affected readings that came through the one that took longest. */
  readonly trace: ReadingTrace | null;
  /** How it ended, in a sentence. */
  readonly ending: string | null;
}

/** `GET /incidents/{id}`: the incident, and whether Kafka has it. */
export interface IncidentAnswer extends Incident {
  /** false: it ends with this server. */
  readonly kept: boolean;
}

/** What an incident is about: "device 40380-T1", "agent 40380", "hop mqtt", "process gateway", "finding ID". */
export function incidentKey(kind: IncidentKind, what: string | number): string {
  return `${kind} ${what}`;
}

/** What it is that a key names: the text behind its kind. */
export function whatIn(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}
