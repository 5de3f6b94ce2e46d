import { Gauge, type Registry } from "prom-client";
import { LOSS_CAUSES, type Verdict, type VerdictState } from "../../schemas/audit.ts";

const LEVELS: Readonly<Record<VerdictState, number>> = {
  holds: 1,
  "catching-up": 0,
  stalled: -1,
  broken: -2,
};

interface AuditMetrics {
  show(verdict: Verdict): void;
}

/** The verdict as numbers. No viewer of the page has a part in them. */
export function auditMetrics(registry: Registry): AuditMetrics {
  const registers = [registry];
  const state = new Gauge({
    name: "audit_state",
    help: "1 while the proof holds, 0 catching up, -1 stalled, -2 broken.",
    registers,
  });
  const asOf = new Gauge({
    name: "audit_as_of_seconds",
    help: "When the auditor last said so, epoch seconds.",
    registers,
  });
  const findings = new Gauge({
    name: "audit_findings",
    help: "Findings: open ones break the proof, accounted ones are losses with a cause.",
    labelNames: ["status"],
    registers,
  });
  const waiting = new Gauge({
    name: "audit_in_flight_readings",
    help: "Readings on their way, by the hop before which they wait.",
    labelNames: ["hop"],
    registers,
  });
  const age = new Gauge({
    name: "audit_in_flight_age_seconds",
    help: "Age of the oldest reading on its way, by the hop before which it waits.",
    labelNames: ["hop"],
    registers,
  });
  const lost = new Gauge({
    name: "audit_lost_readings",
    help: "Readings known never to come, by cause.",
    labelNames: ["cause"],
    registers,
  });
  return {
    show(verdict) {
      state.set(LEVELS[verdict.state]);
      asOf.set(verdict.asOf / 1000);
      for (const [status, n] of Object.entries(verdict.findings)) findings.set({ status }, n);
      for (const { hop, waiting: n, since } of verdict.inFlight) {
        waiting.set({ hop }, n);
        age.set({ hop }, since === null ? 0 : Math.max(0, verdict.asOf - since) / 1000);
      }
      for (const cause of LOSS_CAUSES) {
        lost.set({ cause }, verdict.turnstiles.lostBy[cause] + verdict.arrivals.lostBy[cause]);
      }
    },
  };
}
