import { expect } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { ProofView } from "../../schemas/page/page.ts";
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
    const { state, devices, waiting, clean, summed, shown, ringLost, quarantined, lost, deadLetters } = proof;
    expect({ devices, clean, summed, shown, page: viewer.entries }).toEqual({
      devices: entries,
      clean: entries,
      summed: entries,
      shown: entries,
      page: entries,
    });
    expect({ waiting, ringLost, quarantined, lost, deadLetters }).toEqual({
      waiting: 0,
      ringLost: 0,
      quarantined: 0,
      lost: 0,
      deadLetters: 0,
    });
    expect(state).toBe("holds");
    return proof;
  }, 90_000);
}
