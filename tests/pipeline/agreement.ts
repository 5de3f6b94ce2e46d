import { expect } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { ProofView } from "../../schemas/page/proof.ts";
import type { Viewer } from "../support/viewer.ts";

/** The live proof, as programs read it. */
export async function proofOf(dashboardUrl: string): Promise<ProofView> {
  const response = await fetch(`${dashboardUrl}/api/v1/proof`);
  if (!response.ok) throw new Error(`${dashboardUrl}/api/v1/proof answers ${response.status}`);
  return (await response.json()) as ProofView;
}

/**
 * All totals of the way of a reading are `entries`, nothing waits, nothing was lost, and the proof says so.
 *
 * Waits until it holds: at the end of a fault the counts need as long as the slowest restart. A count that is too
 * high can never come down again, so waiting hides nothing.
 */
export async function expectAgreement(
  dashboardUrl: string,
  viewer: Viewer,
  entries: number,
): Promise<ProofView> {
  return eventually(async () => {
    const proof = await proofOf(dashboardUrl);
    const { state, stale, devices, waiting, clean, inSummary, summed, newer, pages } = proof;
    const { lost, lostBy, unexplained, miscounted, findings, deadLetters } = proof;
    expect({ devices, clean, summed, page: viewer.entries }).toEqual({
      devices: entries,
      clean: entries,
      summed: entries,
      page: entries,
    });
    expect({ waiting, inSummary, newer, behind: pages.behind }).toEqual({
      waiting: 0,
      inSummary: 0,
      newer: 0,
      behind: 0,
    });
    expect({ lost, full: lostBy["ring-full"], unexplained, miscounted, deadLetters }).toEqual({
      lost: 0,
      full: 0,
      unexplained: 0,
      miscounted: 0,
      deadLetters: 0,
    });
    expect(findings).toEqual({ open: 0, accounted: 0, resolved: 0 });
    expect({ state, stale }).toEqual({ state: "holds", stale: false });
    return proof;
  }, 90_000);
}
