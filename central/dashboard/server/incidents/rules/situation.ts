import type { Finding, Verdict } from "../../../../../schemas/audit.ts";
import type { PageState } from "../../../../../schemas/page/page.ts";

/** What the server knows at one moment, as far as incidents depend on it. */
export interface Situation {
  /** Wall clock, epoch ms. */
  readonly now: number;
  readonly state: Pick<
    PageState,
    "stations" | "devices" | "hops" | "proof" | "parts" | "secondAgents" | "live"
  >;
  readonly verdict: Verdict | null;
  readonly findings: readonly Finding[];
}

/** Readings known to be lost, with a cause or without one; null: no auditor has said. */
export function lostIn({ state: { proof } }: Situation): number | null {
  if (proof === null || proof.devices === null) return null;
  return proof.lost + proof.lostBy["ring-full"] + Math.max(0, -proof.unexplained);
}
