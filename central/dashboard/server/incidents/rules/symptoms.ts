import { isOpen } from "../../../../../schemas/audit.ts";
import { DEVICE_WORDS } from "../../../../../schemas/network/devices.ts";
import { type IncidentKind, incidentKey, type Severity } from "../../../../../schemas/page/incidents.ts";
import type { HopName, PartView } from "../../../../../schemas/page/page.ts";
import { findingWords } from "../../../../audit/words.ts";
import type { Situation } from "./situation.ts";

/** One thing that is wrong now. */
export interface Symptom {
  /** `incidentKey` of it. */
  readonly key: string;
  readonly kind: IncidentKind;
  readonly severity: Severity;
  /** Since when, as the records say, so that every dashboard says the same; null: they do not say. */
  readonly since: number | null;
  readonly stationId: number | null;
  readonly title: string;
  readonly reason: string;
}

/** Parts in these states run, or are on their way to. */
const WELL = new Set(["ready", "waiting", "starting", "stopping", "stopped"]);

const BETWEEN: Readonly<Record<HopName, string>> = {
  serial: "between devices and agents",
  mqtt: "between agents and gateway",
  kafka: "between gateway and the clean topic",
  ksql: "between the clean topic and the sums",
};

/** Everything that is wrong at this moment. What only lasts for a moment is for others to leave out. */
export function symptomsOf(situation: Situation): readonly Symptom[] {
  return [
    ...findings(situation),
    ...situation.state.parts.flatMap(processes),
    ...hops(situation),
    ...secondAgents(situation),
    ...agents(situation),
    ...devices(situation),
  ];
}

export function stationName({ state }: Situation, id: number): string {
  return state.stations[id]?.name ?? `station ${id}`;
}

function findings(situation: Situation): Symptom[] {
  return situation.findings.filter(isOpen).map((finding) => ({
    key: incidentKey("finding", finding.id),
    kind: "finding",
    severity: "critical",
    since: finding.firstSeen,
    stationId: finding.stationId,
    title: findingWords(finding).replace(/\.$/, ""),
    reason: finding.detail,
  }));
}

/** At its first start a part has no reason to tell: only one that ended has. */
function processes({ name, state, reason }: PartView): Symptom[] {
  const ended = state === "starting" && reason !== null;
  if (WELL.has(state) && !ended) return [];
  const failed = state === "failed";
  return [
    {
      key: incidentKey("process", name),
      kind: "process",
      severity: failed ? "major" : "minor",
      since: null,
      stationId: null,
      title: `Process ${name} ${failed ? "has failed" : "ended, and was started again"}`,
      reason: reason ?? "",
    },
  ];
}

function hops({ state: { hops: all, proof } }: Situation): Symptom[] {
  // Where the auditor is silent, that is one fact and not one of each hop.
  if (proof?.stale) {
    const title = "The auditor says nothing";
    const reason = "no verdict for 5 s";
    const key = incidentKey("auditor", "audit");
    return [{ key, kind: "auditor", severity: "major", since: proof.asOf, stationId: null, title, reason }];
  }
  return all.flatMap(({ name, waiting, stillSince }) => {
    if (stillSince === null || !waiting) return [];
    return {
      key: incidentKey("hop", name),
      kind: "hop",
      severity: "major",
      since: stillSince,
      stationId: null,
      title: `Readings stand still ${BETWEEN[name]}`,
      reason: "nothing has come through for 10 s",
    };
  });
}

function secondAgents(situation: Situation): Symptom[] {
  return situation.state.secondAgents.map(({ stationId, address, holder, since }) => ({
    key: incidentKey("second-agent", `${stationId} ${address}`),
    kind: "second-agent",
    severity: "minor",
    since,
    stationId,
    title: `Two agents want to speak for ${stationName(situation, stationId)}`,
    reason: `the one at ${holder} does, the one at ${address} is refused`,
  }));
}

/** A lost agent is one fact, and not one of each of its devices. */
function agents(situation: Situation): Symptom[] {
  const found = new Map<number, Symptom>();
  for (const { stationId, state, since, reason } of Object.values(situation.state.devices)) {
    if (state !== "stale") continue;
    const before = found.get(stationId);
    found.set(stationId, {
      key: incidentKey("agent", stationId),
      kind: "agent",
      severity: "minor",
      since: Math.min(since, before?.since ?? since),
      stationId,
      title: `The agent of ${stationName(situation, stationId)} is not connected`,
      reason,
    });
  }
  return [...found.values()];
}

function devices(situation: Situation): Symptom[] {
  return Object.values(situation.state.devices)
    .filter(({ state }) => state === "offline")
    .map(({ id, kind, stationId, since, reason }) => ({
      key: incidentKey("device", id),
      kind: "device",
      severity: "minor",
      since,
      stationId,
      title: `${DEVICE_WORDS[kind]} ${id} of ${stationName(situation, stationId)} is silent`,
      reason,
    }));
}
