import type { ExperimentStarted } from "../../../../../schemas/page/experiments.ts";
import type { Incident, IncidentView, ReadingTrace } from "../../../../../schemas/page/incidents.ts";
import {
  type Bundle,
  bundlesOf,
  PATIENCE_AT_START_MS,
  PATIENCE_MS,
  type PendingSymptom,
  TOGETHER_MS,
} from "./bundles.ts";
import { begin, begunAgain, concerns, lasting, observed, traced, widened } from "./incident.ts";
import type { Situation } from "./situation.ts";
import { type Symptom, symptomsOf } from "./symptoms.ts";
import { isUnderWay, orderOf, trialSymptom } from "./trials.ts";

/** Incidents kept, the newest; what is forgotten is forgotten in Kafka too. */
export const KEPT = 200;
/** What begins again so soon is the same incident, ms. */
export const FLAPPING_MS = 60_000;
/** An incident of another dashboard, or of an earlier start, is not ended before its cause could be seen here, ms. */
const HEARD_MS = 5_000;
/** A reading that was held up may be read so long after the end, ms. */
const TRACED_MS = 5_000;
/** An open incident is written again so often, ms: what is lost with this process is not more than that. */
const WRITTEN_MS = 30_000;

interface Seen {
  /** Wall ms. */
  readonly at: number;
  readonly patienceMs: number;
}

/** All incidents, and the only place where they change. No clock, no I/O: the same looks give the same incidents. */
export class Incidents {
  readonly #all = new Map<string, Incident>();
  /** Symptoms that have no incident yet. */
  readonly #seen = new Map<string, Seen>();
  readonly #heardAt = new Map<string, number>();
  /** To be written, by id; null: to be forgotten. */
  readonly #unwritten = new Set<string>();
  readonly #writtenAt = new Map<string, number>();
  /** Those that a reading may belong to: thousands a second come through. */
  #traced: readonly string[] = [];
  #began = false;

  /** Newest first. */
  all(): readonly Incident[] {
    return [...this.#all.values()].sort((x, y) => y.since - x.since || (x.id < y.id ? -1 : 1));
  }

  get(id: string): Incident | undefined {
    return this.#all.get(id);
  }

  /** Is everything that is known of it in Kafka, but for the last seconds of one that goes on? */
  isKept(id: string): boolean {
    return this.#writtenAt.has(id) && !this.#unwritten.has(id);
  }

  /** In a list, newest first. @param ended - of those that ended so many, the newest; left out: all. */
  views(ended = Number.POSITIVE_INFINITY): readonly IncidentView[] {
    const newest = this.all()
      .filter(({ endedAt }) => endedAt !== null)
      .slice(0, ended);
    return this.all()
      .filter((one) => one.endedAt === null || newest.includes(one))
      .map(viewOf);
  }

  /** Look again, once a second. Before everything has been read, nothing is begun or ended. */
  observe(situation: Situation): void {
    const atStart = !this.#began;
    this.#began = true;
    const open = new Map(this.#goingOn().flatMap((one) => one.covers.map((key) => [key, one.id] as const)));
    const pending: Symptom[] = [];
    const present = new Map<string, Symptom[]>();
    for (const symptom of symptomsOf(situation)) {
      const id = open.get(symptom.key);
      if (id === undefined) pending.push(symptom);
      else present.set(id, [...(present.get(id) ?? []), symptom]);
    }
    this.#wait(pending, situation.now, atStart);
    for (const incident of this.#goingOn()) this.#judge(incident, present.get(incident.id) ?? [], situation);
    for (const bundle of bundlesOf(this.#pending(pending, situation.now))) this.#open(bundle, situation);
    this.#forget();
    this.#trace(situation.now);
  }

  /** An experiment that somebody ordered here. */
  order(started: ExperimentStarted, situation: Situation): void {
    const symptom = trialSymptom(started);
    const bundle: Bundle = { scope: "one", symptoms: [symptom], since: started.at };
    this.#put(begin(bundle, situation, { trial: null, order: orderOf(started, situation) }));
    this.#trace(situation.now);
  }

  /** A reading came through. @param at - when, wall ms. */
  reading(trace: ReadingTrace, at: number): void {
    for (const id of this.#traced) {
      const incident = this.#all.get(id);
      if (!incident || at - (incident.endedAt ?? at) > TRACED_MS) continue;
      if (trace.dedup < incident.since || !concerns(incident, trace.deviceId)) continue;
      const next = traced(incident, trace);
      if (next === incident) continue;
      this.#all.set(incident.id, next);
      if (next.endedAt !== null) this.#unwritten.add(next.id);
    }
  }

  /**
   * What the topic says: an earlier start of this process wrote it, or another dashboard.
   *
   * @param incident - null: it was forgotten.
   * @param at - when it was read, wall ms.
   */
  hear(id: string, incident: Incident | null, at: number): void {
    const own = this.#all.get(id);
    if (incident === null) {
      if (own && own.endedAt === null) return;
      this.#drop(id);
      return;
    }
    this.#writtenAt.set(id, at);
    if (own) {
      // What both see goes on until each sees its end; of two that one of them only heard of, the newer word counts.
      if (!this.#heardAt.has(id)) return;
    } else if (this.#isOlderKnown(incident)) {
      this.#unwritten.add(id);
      return;
    }
    this.#all.set(id, incident);
    this.#heardAt.set(id, at);
    this.#trace(at);
  }

  /** What is to be written now, each once; null: a tombstone. @param now - wall ms. */
  unwritten(now: number): ReadonlyMap<string, Incident | null> {
    for (const { id } of this.#goingOn())
      if (now - (this.#writtenAt.get(id) ?? 0) >= WRITTEN_MS) this.#unwritten.add(id);
    return new Map([...this.#unwritten].map((id) => [id, this.#all.get(id) ?? null]));
  }

  /** Kafka has these. @param now - wall ms. */
  written(written: ReadonlyMap<string, Incident | null>, now: number): void {
    for (const [id, incident] of written) {
      if (incident === null) this.#writtenAt.delete(id);
      else this.#writtenAt.set(id, now);
      const current = this.#all.get(id) ?? null;
      // What was measured meanwhile is written in its turn; a change of what it says at once.
      if (current === incident || (current?.endedAt === incident?.endedAt && current?.endedAt === null))
        this.#unwritten.delete(id);
    }
  }

  #trace(now: number): void {
    const recent = ({ endedAt }: Incident): boolean => now - (endedAt ?? now) <= TRACED_MS;
    this.#traced = [...this.#all.values()].filter(recent).map(({ id }) => id);
  }

  #goingOn(): Incident[] {
    return [...this.#all.values()].filter(({ endedAt }) => endedAt === null);
  }

  #wait(pending: readonly Symptom[], now: number, atStart: boolean): void {
    const keys = new Set(pending.map(({ key }) => key));
    for (const key of this.#seen.keys()) if (!keys.has(key)) this.#seen.delete(key);
    for (const { key, kind } of pending) {
      if (this.#seen.has(key)) continue;
      const long = atStart && PATIENCE_MS[kind] > 0;
      this.#seen.set(key, { at: now, patienceMs: long ? PATIENCE_AT_START_MS : PATIENCE_MS[kind] });
    }
  }

  #pending(symptoms: readonly Symptom[], now: number): PendingSymptom[] {
    return symptoms.flatMap((symptom) => {
      const seen = this.#seen.get(symptom.key);
      return seen ? [{ symptom, seenAt: seen.at, due: now - seen.at >= seen.patienceMs }] : [];
    });
  }

  #judge(incident: Incident, present: readonly Symptom[], situation: Situation): void {
    const heardAt = this.#heardAt.get(incident.id);
    const unsure = heardAt !== undefined && situation.now - heardAt < HEARD_MS;
    const underWay = incident.kind === "trial" && isUnderWay(incident, situation);
    if (present.length > 0) this.#heardAt.delete(incident.id);
    const lasts = present.length === 0 && (unsure || underWay);
    this.#replace(incident, lasts ? lasting(incident, situation) : observed(incident, present, situation));
  }

  /** Keep the newer one; write it where it says something new. */
  #replace(incident: Incident, next: Incident): void {
    this.#all.set(next.id, next);
    // From here on nobody knows better: what was written of it before may still come.
    if (next.endedAt !== null) this.#heardAt.delete(next.id);
    const same = (["backAt", "endedAt", "severity", "title"] as const).every(
      (of) => incident[of] === next[of],
    );
    if (!same) this.#unwritten.add(next.id);
  }

  #open(bundle: Bundle, situation: Situation): void {
    for (const { key } of bundle.symptoms) this.#seen.delete(key);
    const again = this.all().find((incident) => isAgain(bundle, incident, situation.now));
    const wider = again ? begunAgain(again) : this.#goingOn().find((incident) => belongs(bundle, incident));
    if (wider) {
      this.#put(widened(wider, bundle, situation));
      return;
    }
    const trial = this.#goingOn().find(
      ({ kind, since }) => kind === "trial" && since <= bundle.since + HEARD_MS,
    );
    if (this.#goingOn().length < KEPT)
      this.#put(begin(bundle, situation, { trial: trial?.id ?? null, order: null }));
  }

  /** Two dashboards saw it begin at different moments: the earlier name stands. */
  #isOlderKnown({ id, kind, covers, since, endedAt }: Incident): boolean {
    const same = this.#goingOn().find(
      (own) => own.kind === kind && own.covers.some((key) => covers.includes(key)),
    );
    if (!same || endedAt !== null || Math.abs(same.since - since) >= FLAPPING_MS) return false;
    if (same.since < since || (same.since === since && same.id < id)) return true;
    this.#drop(same.id);
    this.#unwritten.add(same.id);
    return false;
  }

  #put(incident: Incident): void {
    this.#all.set(incident.id, incident);
    this.#unwritten.add(incident.id);
  }

  #drop(id: string): void {
    this.#all.delete(id);
    this.#heardAt.delete(id);
    this.#unwritten.delete(id);
    this.#writtenAt.delete(id);
  }

  #forget(): void {
    const ended = this.all().filter(({ endedAt }) => endedAt !== null);
    const tooMany = this.#all.size - KEPT;
    for (const { id } of tooMany > 0 ? ended.slice(-tooMany) : []) {
      this.#drop(id);
      this.#unwritten.add(id);
    }
  }
}

/** Did the same end a short while ago? */
function isAgain({ symptoms }: Bundle, { kind, covers, endedAt }: Incident, now: number): boolean {
  if (endedAt === null || now - endedAt >= FLAPPING_MS || kind === "finding") return false;
  return symptoms.every(({ key }) => covers.includes(key));
}

/** Is this more of the same silence, of the same station or of the whole city? */
function belongs({ symptoms: [{ kind, stationId }], since }: Bundle, incident: Incident): boolean {
  if (incident.kind !== kind || Math.abs(since - incident.since) > TOGETHER_MS) return false;
  if (kind === "finding") return incident.covers.length > 1;
  if (kind !== "device" && kind !== "agent") return false;
  if (incident.stations.length > 1) return true;
  return kind === "device" && stationId !== null && incident.stations.includes(stationId);
}

function viewOf(incident: Incident): IncidentView {
  const { id, kind, severity, title, covers, since, backAt, endedAt, waiting } = incident;
  return { id, kind, severity, title, covers, since, backAt, endedAt, waiting };
}
