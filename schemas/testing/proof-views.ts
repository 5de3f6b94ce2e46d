import type { ProofView } from "../page/proof.ts";

/** A proof that holds, of a system in which nothing has happened but what is given. */
export function proofView(given: Partial<ProofView> = {}): ProofView {
  return {
    state: "holds",
    since: 0,
    asOf: 0,
    stale: false,
    reasons: [],
    devices: 0,
    waiting: 0,
    inDevices: 0,
    inOutboxes: 0,
    inGateway: 0,
    inDedup: 0,
    clean: 0,
    unaudited: 0,
    lost: 0,
    lostBy: { "dead-letter": 0, quarantine: 0, "ring-full": 0, "memory-erased": 0, "outbox-lost": 0 },
    unexplained: 0,
    inSummary: 0,
    summed: 0,
    miscounted: 0,
    newer: 0,
    duplicatesRemoved: 0,
    deadLetters: 0,
    arrivals: null,
    findings: { open: 0, accounted: 0, resolved: 0 },
    open: [],
    silent: 0,
    stalledAt: [],
    fleet: null,
    oldest: null,
    pages: { open: 0, behind: 0 },
    ...given,
  };
}
