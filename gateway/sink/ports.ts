import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { CodedError } from "../../schemas/errors.ts";

/** A record on its way to Kafka, and who waits for it. */
export interface Submission {
  readonly record: OutRecord;
  /** Asked right before sending: false when the connection is closed, and then nothing is written. */
  wanted(): boolean;
  /**
   * Called once: without an error when Kafka has it (`acks=all`); with KAFKA_UNAVAILABLE when the outcome is unknown, with
   * KAFKA_RECORD_REFUSED when the broker never takes it. Not called for what was no longer wanted.
   */
  settled(error?: CodedError): void;
}

/** Where the gate puts records. Bounded: when it is full, sockets are not read until it has room. */
export interface Sink {
  submit(submission: Submission): void;
  readonly full: boolean;
  /** Bytes submitted and not settled. */
  readonly waitingBytes: number;
}
