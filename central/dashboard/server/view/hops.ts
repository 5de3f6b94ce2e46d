import type { AuditHop, InFlight, Verdict } from "../../../../schemas/audit.ts";
import { HOPS, type HopName, type HopView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import type { Model } from "../model/model.ts";

/** What the auditor compares at each hop of the page. */
const COMPARED: Readonly<Record<HopName, readonly AuditHop[]>> = {
  serial: ["device"],
  mqtt: ["outbox"],
  kafka: ["gateway", "dedup"],
  ksql: ["summary"],
};

/** What passes each hop, how long it takes, and what waits before it, for the pipeline. */
export function hopsOf(
  model: Model,
  now: number,
  proof: ProofView | null,
  verdict: Verdict | null,
): HopView[] {
  const {
    inDevices = null,
    inOutboxes = null,
    inGateway = null,
    inDedup = null,
    inSummary = null,
  } = proof ?? {};
  const waiting: Readonly<Record<HopName, number | null>> = {
    serial: inDevices,
    mqtt: inOutboxes,
    kafka: inGateway === null || inDedup === null ? null : inGateway + inDedup,
    ksql: inSummary,
  };
  const delays = model.delays.view(now);
  const rates = model.rates.view();
  return HOPS.map((name) => ({
    name,
    rate: rates[name],
    ...delays[name],
    waiting: waiting[name],
    stillSince: stillSince(COMPARED[name], proof, verdict),
  }));
}

function stillSince(
  hops: readonly AuditHop[],
  proof: ProofView | null,
  verdict: Verdict | null,
): number | null {
  if (proof?.stale) return proof.asOf;
  const still = (verdict?.inFlight ?? []).filter(
    ({ hop, state }) => hops.includes(hop) && state === "stalled",
  );
  const since = still.map(({ movedAt, since: waiting }: InFlight) => Math.max(movedAt ?? 0, waiting ?? 0));
  return since.length === 0 ? null : Math.min(...since);
}
