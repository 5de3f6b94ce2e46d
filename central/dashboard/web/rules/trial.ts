import type { ExperimentStarted, ExperimentView } from "../../../../schemas/page/experiments.ts";
import type { PartView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";

/** One experiment on the running system, and what the proof said before, in the worst moment, and after. */
export interface Trial {
  readonly experiment: ExperimentView;
  readonly started: ExperimentStarted;
  readonly before: ProofView | null;
  /** When most was on the way; null until something was late. */
  readonly worst: ProofView | null;
  /** The first proof that held again; null until then. */
  readonly after: ProofView | null;
  /** Wall ms of `after`. */
  readonly endedAt: number | null;
}

export interface Observed {
  readonly proof: ProofView | null;
  readonly parts: readonly PartView[];
  /** The server's wall clock, epoch ms. */
  readonly now: number;
}

export function beginTrial(
  experiment: ExperimentView,
  started: ExperimentStarted,
  before: ProofView | null,
): Trial {
  return { experiment, started, before, worst: null, after: null, endedAt: null };
}

/**
 * What is new since the last look; the same object when nothing is. A trial ends when its time is over, the killed part
 * is ready again and the proof holds: with it at least all that was counted before.
 */
export function observeTrial(trial: Trial, { proof, parts, now }: Observed): Trial {
  if (trial.after !== null || proof === null) return trial;
  const { part } = trial.experiment;
  const up = part === null || parts.every(({ name, state }) => name !== part || state === "ready");
  if (proof.state === "holds" && up && now >= trial.started.healsAt)
    return { ...trial, after: proof, endedAt: now };
  const late = behind(proof);
  if (late > (trial.worst === null ? 0 : behind(trial.worst))) return { ...trial, worst: proof };
  return trial;
}

/** Entries that were counted and are not in the sums: on the way, or clean and not summed yet. */
export function behind({ waiting, inSummary }: ProofView): number {
  return (waiting ?? 0) + Math.max(0, inSummary ?? 0);
}

/** Entries that are lost, with a cause or without one, or that no device could number. */
export function lostOf({ lost, lostBy, unexplained }: ProofView): number {
  return lost + lostBy["ring-full"] + Math.max(0, -unexplained);
}
