import type { ExperimentStarted } from "../../../../../schemas/page/experiments.ts";
import { type Incident, incidentKey, type TrialOrder } from "../../../../../schemas/page/incidents.ts";
import type { Situation } from "./situation.ts";
import type { Symptom } from "./symptoms.ts";

/** A kill has no ordered length: it is looked for at least so long, ms. */
const KILL_MS = 3_000;

/** What an experiment that was just ordered will be seen by. */
export function orderOf(
  { experiment: { part, target, forMs }, at }: ExperimentStarted,
  { state: { parts } }: Situation,
): TrialOrder {
  const restarts = parts.find(({ name }) => name === part)?.restarts ?? null;
  return { part, target, restarts, until: at + (forMs ?? KILL_MS) };
}

export function trialSymptom({ experiment: { id, hop, order }, at }: ExperimentStarted): Symptom {
  return {
    key: incidentKey("trial", id),
    kind: "trial",
    severity: "minor",
    since: at,
    stationId: null,
    title: `Break it: ${hop}, ${order.charAt(0).toLowerCase()}${order.slice(1)}`,
    reason: "ordered on the page",
  };
}

/** Does its fault last, or what it struck not run yet? */
export function isUnderWay({ order }: Incident, { now, state }: Situation): boolean {
  if (order === null) return false;
  if (now < order.until) return true;
  if (order.part !== null) {
    const part = state.parts.find(({ name }) => name === order.part);
    const again = order.restarts === null || (part?.restarts ?? 0) > order.restarts;
    return part !== undefined && (part.state !== "ready" || !again);
  }
  return Object.values(state.devices).some(({ id, stationId, state: health }) => {
    return (id === order.target || String(stationId) === order.target) && health !== "online";
  });
}
