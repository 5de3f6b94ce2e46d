import { type CodedError, isCoded } from "../../../../schemas/errors.ts";
import type { Trouble } from "../ports.ts";

/** So many in a row are no accident. */
const FOR_GOOD = 3;
/** Between the tries of one that is refused for good: a clock may be set, a limit raised, a transaction ended. */
const PAUSE_MS = 30_000;

interface Refused {
  times: number;
  error: CodedError;
  declined: boolean;
}

/**
 * What the broker refuses however often it is asked: the records of an instance whose clock is ahead, a record that is
 * too large, a transaction over one that hangs. Such a partition is not held on to: another instance may fare better.
 */
export class Refusals {
  readonly #partitions = new Map<number, Refused>();

  /** @returns what to say about it, once it is taken for lasting. */
  note(partition: number, error: CodedError): string | undefined {
    if (!isCoded(error, "KAFKA_RECORD_REFUSED", "KAFKA_HANGING_TRANSACTION")) return undefined;
    const refused = this.#partitions.get(partition) ?? { times: 0, error, declined: false };
    refused.times++;
    refused.error = error;
    this.#partitions.set(partition, refused);
    if (refused.times < FOR_GOOD) return undefined;
    return `partition ${partition} stands: ${adviceOn(error)}; trying again every ${PAUSE_MS / 1000} s`;
  }

  /** Is it time to leave this partition to others? True once. */
  declines(partition: number): boolean {
    const refused = this.#partitions.get(partition);
    // What hangs in the log does so for every instance.
    if (!refused || refused.times < FOR_GOOD || refused.declined) return false;
    if (!isCoded(refused.error, "KAFKA_RECORD_REFUSED")) return false;
    refused.declined = true;
    return true;
  }

  /** How long to wait before the next try; undefined: as after any failure. */
  pauseMs(partition: number): number | undefined {
    return this.#lasting(partition) ? PAUSE_MS : undefined;
  }

  clear(partition: number): void {
    this.#partitions.delete(partition);
  }

  get declined(): readonly number[] {
    return [...this.#partitions].flatMap(([partition, { declined }]) => (declined ? [partition] : []));
  }

  get troubles(): readonly Trouble[] {
    return [...this.#partitions].flatMap(([partition, { error }]) =>
      this.#lasting(partition) ? [{ partition, code: error.code, message: adviceOn(error) }] : [],
    );
  }

  #lasting(partition: number): boolean {
    return (this.#partitions.get(partition)?.times ?? 0) >= FOR_GOOD;
  }
}

/** What the operator can do, by the broker's name of the refusal. */
function adviceOn({ message, context }: CodedError): string {
  switch (context["broker"]) {
    case "INVALID_TIMESTAMP":
      return `${message} (is this machine's clock right? Kafka takes no record from more than an hour ahead)`;
    case "MESSAGE_TOO_LARGE":
    case "RECORD_LIST_TOO_LARGE":
      return `${message} (raise max.message.bytes of the topic)`;
    default:
      return message;
  }
}
