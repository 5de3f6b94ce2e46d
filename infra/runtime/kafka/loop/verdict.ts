import type { Coordinated, TransactionOutcome } from "./ports.ts";

/**
 * How a transaction ended that its coordinator takes for ended, while a partition of it still has it open.
 *
 * A coordinator forgets the markers of partitions that have no leader at that moment (KAFKA-20734): the transaction is
 * committed or aborted, as every other partition of it says, and this one must say the same. The loop commits a
 * transaction with records or dies, and begins the next only when every partition of the last has its marker. So what
 * is open is always the last transaction's.
 *
 * @param before - what the coordinator said before this producer fenced its predecessor; undefined: it knew of none.
 * @param epoch - that this producer was given. The coordinator raises it by one; by one more when it had to abort the
 * predecessor's transaction (KIP-588).
 */
export function outcomeOf(before: Coordinated | undefined, epoch: number): TransactionOutcome {
  if (before?.state === "PrepareCommit" || before?.state === "CompleteCommit") return "commit";
  // Between the question and the fence it ended by itself.
  if (before?.state === "Ongoing" && epoch === before.producerEpoch + 1) return "commit";
  return "abort";
}
