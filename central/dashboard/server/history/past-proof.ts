import type { Verdict } from "../../../../schemas/audit.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import type { AuditView } from "../../../audit/view.ts";
import { ProofKeeper } from "../proof/proof-view.ts";

/** The findings that were known at a moment, as they stood then: newer ones and later resolutions are left out. */
export function findingsAt(findings: AuditView["findings"], at: number): AuditView["findings"] {
  return findings
    .filter(({ firstSeen }) => firstSeen <= at)
    .map((finding) => {
      const { resolved } = finding;
      return resolved && resolved.at > at ? { ...finding, resolved: null } : finding;
    });
}

export interface PastAudit {
  /** The newest that the auditor had said by then; null: Kafka holds nothing of it. */
  readonly verdict: Verdict | null;
  readonly findings: AuditView["findings"];
  /** Entries counted from the clean topic; null: not known. */
  readonly entries: number | null;
  readonly deadLetters: number;
}

/** The proof as a page would have shown it at a moment; null: what the auditor said then is not known. */
export function proofAt(
  { verdict, findings, entries, deadLetters }: PastAudit,
  at: number,
): ProofView | null {
  if (!verdict) return null;
  const known = findingsAt(findings, at);
  return new ProofKeeper({
    audit: { verdict, findings: known },
    summed: () => entries,
    deadLetters: () => deadLetters,
    pages: () => ({ open: 0, behind: 0 }),
    down: () => [],
    live: () => true,
  }).look(at);
}
