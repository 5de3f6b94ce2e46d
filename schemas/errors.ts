/**
 * Every error that crosses a function border in Elevated, by its stable code.
 *
 * Policy (retry, exit code, dead letter) reads `code` and `retryable`, never a message. `docs/errors.md` lists each
 * code; a test compares the two.
 */
export const ERROR_CODES = {
  CONFIG_INVALID: "A setting is missing, malformed or contradicts another one.",
  USAGE: "A command was called with unknown or missing arguments.",
  DEPENDENCY_UNAVAILABLE: "A server this process needs does not answer.",
  ALREADY_RUNNING: "Another process holds what only one may hold.",
  PORT_TAKEN: "A TCP port that must be exactly this one is in use.",
  CHILD_FAILED: "A child process ended or never became ready.",
  WIRE_INVALID: "A value does not fit the serial protocol's fields.",
  AVRO_INVALID: "Bytes or a value do not match their Avro schema.",
  SERIAL_OPEN_FAILED: "A serial line could not be opened.",
  SERIAL_TIMEOUT: "Open, write or drain of a serial line did not return in time.",
  EDGE_OUTBOX_FULL: "The outbox reached its limit or the disk is full; nothing of the batch was stored.",
  EDGE_OUTBOX_DAMAGED:
    "The file of the outbox is damaged. The next start of an agent sets it aside and goes on with what can be read of it.",
  EDGE_OUTBOX_FAILED: "The outbox could not be read or written for a reason other than space.",
  UPLINK_LOST: "The MQTT connection ended before an acknowledgement.",
  GATEWAY_REFUSED: "The gateway refused a packet or a connection.",
  BATCH_INVALID: "A batch of readings can never be accepted: undecodable, foreign, or too large.",
  BOOT_CLOSED: "Readings of a boot so old that only its sum is kept: they may be counted already.",
  BOOT_SCATTERED: "Readings of a boot came in more pieces than are kept: these would be one more.",
  STATE_INVALID: "A state message is malformed, or about another device than its topic says.",
  ROW_INVALID: "A record of Connect's topic, or of the transform's own state, is no row of stations.",
  TELEMETRY_INVALID: "A record of the fleet's telemetry can never become a row of PostgreSQL.",
  TELEMETRY_CONFLICT: "A vehicle's event has the identity of another one, with other content.",
  KAFKA_UNAVAILABLE: "Kafka did not acknowledge within the bound; the outcome is unknown.",
  KAFKA_RECORD_REFUSED: "Kafka refuses this record for good (too large, invalid).",
  KAFKA_UNREADABLE:
    "Records of a topic cannot be decompressed: a codec that is not known here, or damaged bytes.",
  KAFKA_HANGING_TRANSACTION: "A transaction that nothing will end keeps a partition from being written.",
  KAFKA_FENCED: "Another instance took over this transactional id; this one must stop.",
  KAFKA_TOPIC_MISMATCH: "A topic exists with other partitions or settings than required.",
  PARTITIONS_IN_USE:
    "The number of partitions cannot change: something runs, or has not read all of its input.",
  REGISTRY_UNAVAILABLE: "The schema registry does not answer.",
  REGISTRY_INCOMPATIBLE: "The schema registry refuses a schema as incompatible.",
  REGISTRY_UNKNOWN_SCHEMA: "The schema registry knows no schema of this id.",
  CONNECT_FAILED: "Kafka Connect refused a connector or a task failed.",
  KSQL_STATEMENT_INVALID: "The built-in ksql server cannot parse, analyse or run a statement.",
  KSQL_FAILED: "The ksqlDB server refused a statement.",
  FLINK_FAILED: "Apache Flink refused a statement, or a job does not run.",
  PROOF_BROKEN: "A per-record check of the delivery proof failed.",
  CONTROL_FAILED: "The simulator's control interface refused or did not answer.",
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetail {
  /** One sentence that names the cause and, where there is one, the fix. */
  readonly message: string;
  /** May the same call succeed later without anybody changing anything? */
  readonly retryable: boolean;
  /** The facts of the case, for logs. Never secrets. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, detail: ErrorDetail) {
    super(detail.message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "CodedError";
    this.code = code;
    this.retryable = detail.retryable;
    this.context = detail.context ?? {};
  }
}

/** Is `error` one of ours, optionally with one of these codes? */
export function isCoded(error: unknown, ...codes: readonly ErrorCode[]): error is CodedError {
  return error instanceof CodedError && (codes.length === 0 || codes.includes(error.code));
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Exit codes of every command (sysexits.h for 69 and 78). */
export const EXIT = { ok: 0, failure: 1, usage: 2, unavailable: 69, config: 78 } as const;

/** The exit code that tells a caller what kind of failure this was. */
export function exitCodeOf(error: unknown): number {
  if (!isCoded(error)) return EXIT.failure;
  switch (error.code) {
    case "USAGE":
      return EXIT.usage;
    case "CONFIG_INVALID":
    case "KAFKA_TOPIC_MISMATCH":
      return EXIT.config;
    case "DEPENDENCY_UNAVAILABLE":
    case "KAFKA_UNAVAILABLE":
    case "REGISTRY_UNAVAILABLE":
      return EXIT.unavailable;
    // A connector that does not run yet, a server that is not ready for a statement.
    case "CONNECT_FAILED":
    case "KSQL_FAILED":
    case "FLINK_FAILED":
      return error.retryable ? EXIT.unavailable : EXIT.failure;
    default:
      return EXIT.failure;
  }
}
