import type { ProcessIdentity } from "../../infra/runtime/process-identity.ts";
import { CodedError } from "../../schemas/errors.ts";
import type { Ownership } from "./outbox-store.ts";

/**
 * Who may run a station's agent: the claimant, unless the present owner is another process that lives. A claim left
 * by a killed process is taken over.
 *
 * @throws {CodedError} ALREADY_RUNNING
 */
export function decideClaim(input: {
  readonly stationId: number;
  readonly owner: ProcessIdentity;
  readonly present: Ownership | undefined;
  readonly isAlive: (owner: ProcessIdentity) => boolean;
  /** Epoch ms. */
  readonly now: number;
  /** A name for an outbox that has none. */
  readonly newBox: () => string;
}): Ownership {
  const { stationId, owner, present, isAlive, now, newBox } = input;
  if (present && !isSame(present.owner, owner) && isAlive(present.owner)) {
    throw new CodedError("ALREADY_RUNNING", {
      message: `station ${stationId} has an agent already: process ${present.owner.pid}. Stop that one first`,
      retryable: false,
      context: { stationId, pid: present.owner.pid },
    });
  }
  const boot = Math.max((present?.boot ?? 0) + 1, Math.floor(now / 1000));
  return { owner, boot, box: present?.box ?? newBox() };
}

function isSame(x: ProcessIdentity, y: ProcessIdentity): boolean {
  return x.pid === y.pid && x.started === y.started;
}
