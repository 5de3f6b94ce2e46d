import type { IncidentKind } from "../../../../../schemas/page/incidents.ts";
import type { Symptom } from "./symptoms.ts";

/**
 * So long a symptom must have been seen before it opens an incident, ms: what heals within it is none. A stall has been
 * one for ten seconds by the auditor's own rule, and a process that ended, or a finding, is never normal.
 */
export const PATIENCE_MS: Readonly<Record<IncidentKind, number>> = {
  device: 3_000,
  agent: 5_000,
  "second-agent": 5_000,
  hop: 2_000,
  auditor: 5_000,
  process: 0,
  finding: 0,
  trial: 0,
};
/** What was so already when the server began to look: agents and devices of a system that starts need a while. */
export const PATIENCE_AT_START_MS = 15_000;

/** From so many stations on, silences are one incident of the city; and so many findings are one. */
const MANY = 4;
/** What begins so long after the others still belongs to them, ms. */
export const TOGETHER_MS = 15_000;

/** Symptoms that are one incident, and how wide it is. */
export interface Bundle {
  readonly scope: "one" | "station" | "city";
  readonly symptoms: readonly [Symptom, ...Symptom[]];
  /** When it began, wall ms: by the records where these say it. */
  readonly since: number;
}

export interface PendingSymptom {
  readonly symptom: Symptom;
  /** When it was seen first, wall ms. */
  readonly seenAt: number;
  /** It has been seen for long enough. */
  readonly due: boolean;
}

/** What to open now. A bundle of which one symptom is due takes those along that are not yet. */
export function bundlesOf(pending: readonly PendingSymptom[]): readonly Bundle[] {
  const kinds = [...new Set(pending.map(({ symptom }) => symptom.kind))];
  return kinds.flatMap((kind) => {
    const own = pending.filter(({ symptom }) => symptom.kind === kind);
    if (!own.some(({ due }) => due)) return [];
    if (isMany(kind, own)) return bundle("city", own);
    if (kind !== "device") return own.flatMap((one) => (one.due ? bundle("one", [one]) : []));
    const stations = [...new Set(own.map(({ symptom }) => symptom.stationId))];
    return stations.flatMap((id) => {
      const there = own.filter(({ symptom }) => symptom.stationId === id);
      if (!there.some(({ due }) => due)) return [];
      return bundle(there.length === 1 ? "one" : "station", there);
    });
  });
}

function isMany(kind: IncidentKind, own: readonly PendingSymptom[]): boolean {
  if (kind === "finding") return own.length >= MANY;
  if (kind !== "device" && kind !== "agent") return false;
  return new Set(own.map(({ symptom }) => symptom.stationId)).size >= MANY;
}

function bundle(scope: Bundle["scope"], pending: readonly PendingSymptom[]): Bundle[] {
  const [first, ...rest] = pending.map(({ symptom }) => symptom);
  // A clock that runs ahead must not put a beginning into the future.
  const times = pending.map(({ symptom, seenAt }) => Math.min(symptom.since ?? seenAt, seenAt));
  return first ? [{ scope, symptoms: [first, ...rest], since: Math.min(...times) }] : [];
}
