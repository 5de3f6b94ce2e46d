import type { ExperimentStarted, ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { DeviceView, PartView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import type { Texts } from "../texts/texts.ts";

/** How many entries were in transit, at a time, wall ms. */
export interface Sample {
  readonly at: number;
  readonly inTransit: number;
}

/**
 * One experiment on the running system, with what was measured of it. Times are wall ms of the server's clock, as this
 * page saw them; null: not yet, or never seen.
 */
export interface Trial {
  readonly experiment: ExperimentView;
  readonly startedAt: number;
  /** How often the part had been started again before; null: not known. */
  readonly restartsBefore: number | null;
  /** The first sign of it: a part that is not ready, a device that is not online, a proof that waits. */
  readonly noticedAt: number | null;
  /** The process runs again, or the devices are online and the fault is over. */
  readonly backAt: number | null;
  /** Everything that waited before `backAt` is in the sums. */
  readonly drainedAt: number | null;
  /** The proof holds again, over all that. */
  readonly holdsAt: number | null;
  readonly before: ProofView | null;
  /** When most was in transit; null until something was late. */
  readonly worst: ProofView | null;
  /** The first proof that held again; null until then. */
  readonly after: ProofView | null;
  readonly samples: readonly Sample[];
}

export interface Observed {
  readonly proof: ProofView | null;
  readonly parts: readonly PartView[];
  readonly devices: Readonly<Record<string, DeviceView>>;
  /** The server's wall clock, epoch ms. */
  readonly now: number;
}

/** Samples closer than this are one. */
const SAMPLE_MS = 250;
/** More are thinned out, so that a trial without an end does not grow. */
const SAMPLES = 240;

export function beginTrial({ experiment, at }: ExperimentStarted, { proof, parts }: Observed): Trial {
  return {
    experiment,
    startedAt: at,
    restartsBefore: parts.find(({ name }) => name === experiment.part)?.restarts ?? null,
    noticedAt: null,
    backAt: null,
    drainedAt: null,
    holdsAt: null,
    before: proof,
    worst: null,
    after: null,
    samples: proof ? [{ at, inTransit: behind(proof) }] : [],
  };
}

/** What is new since the last look; the same object when nothing is. Each step is at the first look that shows it. */
export function observeTrial(trial: Trial, seen: Observed): Trial {
  const { proof, now } = seen;
  if (trial.holdsAt !== null || proof === null) return trial;
  const noticedAt = trial.noticedAt ?? (isNoticed(trial, seen) ? now : null);
  const backAt = trial.backAt ?? (isBack(trial, seen) ? now : null);
  const since = backAt ?? Number.POSITIVE_INFINITY;
  const read = !proof.stale && proof.asOf !== null && proof.asOf >= since;
  const drained = read && (proof.oldest === null || proof.oldest.since >= since);
  const drainedAt = trial.drainedAt ?? (drained ? now : null);
  const holds = drainedAt !== null && read && proof.state === "holds";
  const next: Trial = {
    ...trial,
    ...{ noticedAt, backAt, drainedAt, holdsAt: holds ? now : null, after: holds ? proof : null },
    worst: behind(proof) > (trial.worst === null ? 0 : behind(trial.worst)) ? proof : trial.worst,
    samples: sampled(trial.samples, { at: now, inTransit: behind(proof) }),
  };
  return same(trial, next) ? trial : next;
}

function same(trial: Trial, next: Trial): boolean {
  return (Object.keys(next) as (keyof Trial)[]).every((key) => trial[key] === next[key]);
}

function targets({ experiment: { target } }: Trial, { devices }: Observed): DeviceView[] {
  if (target === null) return [];
  const all = Object.values(devices);
  return all.filter(({ id, stationId }) => id === target || String(stationId) === target);
}

function isNoticed(trial: Trial, seen: Observed): boolean {
  const part = partOf(trial, seen);
  return (
    (part !== undefined && part.state !== "ready") ||
    startedAgain(trial, part) ||
    targets(trial, seen).some(({ state }) => state !== "online") ||
    seen.proof?.state !== "holds"
  );
}

function isBack(trial: Trial, seen: Observed): boolean {
  const { part: killed, forMs } = trial.experiment;
  if (killed === null) {
    const over = seen.now >= trial.startedAt + (forMs ?? 0);
    return over && targets(trial, seen).every(({ state }) => state === "online");
  }
  const part = partOf(trial, seen);
  if (part?.state !== "ready") return false;
  return part.restarts === null ? trial.noticedAt !== null : startedAgain(trial, part);
}

function partOf({ experiment }: Trial, { parts }: Observed): PartView | undefined {
  return parts.find(({ name }) => name === experiment.part);
}

function startedAgain({ restartsBefore }: Trial, part: PartView | undefined): boolean {
  return (part?.restarts ?? 0) > (restartsBefore ?? Number.POSITIVE_INFINITY);
}

function sampled(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  if (last && sample.at - last.at < SAMPLE_MS) return samples;
  const kept = samples.length < SAMPLES ? samples : samples.filter((_, i) => i % 2 === 0);
  return [...kept, sample];
}

/** A step of a trial: what happened, and how long after the break, ms. */
export interface Step {
  readonly name: keyof Texts["breaking"]["steps"];
  readonly afterMs: number | null;
}

/** The steps in their order; of a fault that nothing noticed, that. */
export function stepsOf(trial: Trial): readonly Step[] {
  const { experiment, startedAt, noticedAt, backAt, drainedAt, holdsAt } = trial;
  const after = (at: number | null): number | null => (at === null ? null : Math.max(0, at - startedAt));
  return [
    {
      name: noticedAt === null && backAt !== null ? "unnoticed" : "noticed",
      afterMs: after(noticedAt),
    },
    { name: experiment.part === null ? "over" : "back", afterMs: after(backAt) },
    { name: "drained", afterMs: after(drainedAt) },
    { name: "agree", afterMs: after(holdsAt) },
  ];
}

/** Can a trial begin now? Its proof before must be one that holds. */
export function canBegin(proof: ProofView | null): proof is ProofView {
  return proof !== null && proof.state === "holds" && !proof.stale;
}

/** For what a trial waits that cannot begin. */
export function waitsFor(proof: ProofView | null, now: number, texts: Texts): string {
  if (proof === null) return texts.breaking.noAuditor;
  return texts.proof.reasons(proof, now)[0] ?? texts.breaking.noAgreement;
}

/** Why an order was not carried out. `why`: in the server's words. */
export type OrderProblem =
  | { readonly kind: "wrong-token" | "no-server" }
  | { readonly kind: "refused"; readonly why: string };

export function orderProblemWords(problem: OrderProblem, { breaking }: Texts): string {
  if (problem.kind === "refused") return breaking.notDone(problem.why);
  return problem.kind === "wrong-token" ? breaking.wrongToken : breaking.noServer;
}

/** Entries that were counted and are not in the sums: on the way, or received once and not totalled yet. */
export function behind({ waiting, inSummary }: ProofView): number {
  return (waiting ?? 0) + Math.max(0, inSummary ?? 0);
}

/** Entries that are lost, with a cause or without one, or that no device could number. */
export function lostOf({ lost, lostBy, unexplained }: ProofView): number {
  return lost + lostBy["ring-full"] + Math.max(0, -unexplained);
}
