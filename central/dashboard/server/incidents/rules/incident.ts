import {
  type Incident,
  incidentKey,
  type ReadingTrace,
  SEVERITIES,
  type Severity,
  type TrialOrder,
  whatIn,
} from "../../../../../schemas/page/incidents.ts";
import type { Bundle } from "./bundles.ts";
import { backAtOf, endingOf, isDrained, lostSince, waitingOf } from "./outcome.ts";
import { beginSeries, measured } from "./series.ts";
import { lostIn, type Situation } from "./situation.ts";
import { type Symptom, stationName } from "./symptoms.ts";

/** Keys kept of one incident: all devices of the city are fewer. */
const COVERED = 500;

export interface Beginning {
  /** The trial under way. */
  readonly trial: string | null;
  /** Of a trial. */
  readonly order: TrialOrder | null;
}

/** The incident that these symptoms are. */
export function begin(bundle: Bundle, situation: Situation, { trial, order }: Beginning): Incident {
  const { symptoms, scope, since } = bundle;
  const [first] = symptoms;
  const { kind } = first;
  const incident: Incident = {
    id: `${kind}-${whereOf(bundle)}-${stamp(since)}`,
    kind,
    severity: scope === "city" && kind !== "finding" ? "major" : gravest(symptoms.map((one) => one.severity)),
    title: titleOf(bundle, situation),
    covers: symptoms.slice(0, COVERED).map(({ key }) => key),
    stations: stationsOf(symptoms),
    since,
    openedAt: situation.now,
    backAt: null,
    endedAt: null,
    reason: first.reason,
    times: 1,
    trial,
    order,
    waiting: null,
    series: beginSeries(since),
    worst: null,
    lostBefore: lostIn(situation),
    lost: null,
    trace: null,
    ending: null,
  };
  return measure(incident, situation);
}

/** More symptoms of what it is about. */
export function widened(incident: Incident, { symptoms, since }: Bundle, situation: Situation): Incident {
  const covers = [...new Set([...incident.covers, ...symptoms.map(({ key }) => key)])].slice(0, COVERED);
  const stations = [...new Set([...incident.stations, ...stationsOf(symptoms)])];
  const next = { ...incident, covers, stations, since: Math.min(incident.since, since) };
  if (covers.length === 1) return next;
  const scope = stations.length > 1 ? "city" : "station";
  return { ...next, title: manyWords(next.kind, covers.length, scope, next, situation) };
}

/** One more look at an incident that goes on. @param present - those of its symptoms that are there now. */
export function observed(incident: Incident, present: readonly Symptom[], situation: Situation): Incident {
  const next = measure(incident, situation);
  const [first] = present;
  if (first) {
    const graver = gravest([first.severity, next.severity]) !== next.severity;
    const said = graver ? { severity: first.severity, title: first.title } : {};
    return { ...next, ...said, reason: first.reason || next.reason, backAt: null };
  }
  const backAt = next.backAt ?? backAtOf(next, situation);
  if (!isDrained(next, backAt, situation)) return { ...next, backAt };
  return {
    ...next,
    backAt,
    endedAt: situation.now,
    waiting: null,
    ending: endingOf(next, backAt, situation),
  };
}

/** One more look at an incident whose symptoms cannot be seen here, and that goes on. */
export function lasting(incident: Incident, situation: Situation): Incident {
  return measure(incident, situation);
}

/** The same again, soon after its end. */
export function begunAgain(incident: Incident): Incident {
  return { ...incident, backAt: null, endedAt: null, ending: null, times: incident.times + 1 };
}

/** @param trace - of a reading that came through. */
export function traced(incident: Incident, trace: ReadingTrace): Incident {
  const took = ({ dedup, device }: ReadingTrace): number => dedup - device;
  return incident.trace !== null && took(incident.trace) >= took(trace) ? incident : { ...incident, trace };
}

/** Is a reading of this device one that it may have held up? */
export function concerns({ kind, covers, stations }: Incident, deviceId: string): boolean {
  if (kind === "device") return covers.includes(incidentKey("device", deviceId));
  return stations.length === 0 || stations.includes(Number.parseInt(deviceId, 10));
}

function measure(incident: Incident, situation: Situation): Incident {
  const waiting = waitingOf(incident, situation);
  const worse = waiting !== null && waiting > (incident.worst?.waiting ?? 0);
  return {
    ...incident,
    waiting,
    series: measured(incident.series, situation.now, waiting),
    worst: worse ? { at: situation.now, waiting } : incident.worst,
    lost: lostSince(incident.lostBefore, situation),
  };
}

function gravest(severities: readonly Severity[]): Severity {
  return SEVERITIES.find((severity) => severities.includes(severity)) ?? "minor";
}

function stationsOf(symptoms: readonly Symptom[]): number[] {
  return [...new Set(symptoms.flatMap(({ stationId }) => (stationId === null ? [] : [stationId])))];
}

function whereOf({ scope, symptoms: [first] }: Bundle): string {
  if (scope === "city") return "city";
  if (scope === "station") return String(first.stationId);
  return whatIn(first.key).replace(/[^A-Za-z0-9.-]+/g, "_");
}

/** 20261130T115312Z */
function stamp(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");
}

function titleOf({ scope, symptoms }: Bundle, situation: Situation): string {
  const [first] = symptoms;
  if (symptoms.length === 1) return first.title;
  return manyWords(first.kind, symptoms.length, scope, { stations: stationsOf(symptoms) }, situation);
}

function manyWords(
  kind: Incident["kind"],
  n: number,
  scope: Bundle["scope"],
  { stations }: Pick<Incident, "stations">,
  situation: Situation,
): string {
  if (kind === "agent") return `${n} agents are not connected`;
  if (kind === "finding") return `The auditor has found ${n} things that are wrong`;
  const [station = 0] = stations;
  const where = scope === "city" ? `${stations.length} stations` : stationName(situation, station);
  return `${n} devices of ${where} are silent`;
}
