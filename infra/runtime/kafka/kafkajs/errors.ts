import { CodedError, type ErrorCode, isCoded, messageOf } from "../../../../schemas/errors.ts";

/** The broker's name of an error, for example MESSAGE_TOO_LARGE, through kafkajs's wrappers. */
export function brokerError(error: unknown): string | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 8; e = e.cause, depth++) {
    if ("type" in e && typeof e.type === "string") return e.type;
  }
  return undefined;
}

/** What no repetition changes: the record itself is at fault. */
const REFUSED = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "CORRUPT_MESSAGE",
  "INVALID_TOPIC_EXCEPTION",
]);

/** Another producer initialised the same transactional id (KIP-98, KIP-360). */
const FENCED = new Set([
  "INVALID_PRODUCER_EPOCH",
  "PRODUCER_FENCED",
  "INVALID_PRODUCER_ID_MAPPING",
  "TRANSACTION_COORDINATOR_FENCED",
]);

export function isRefused(error: unknown): boolean {
  if (isCoded(error, "KAFKA_RECORD_REFUSED")) return true;
  const type = brokerError(error);
  return type !== undefined && REFUSED.has(type);
}

export function isFenced(error: unknown): boolean {
  if (isCoded(error, "KAFKA_FENCED")) return true;
  const type = brokerError(error);
  // INVALID_PRODUCER_EPOCH is 47; kafkajs 2.2.4 does not know 90, PRODUCER_FENCED (KIP-588), by name.
  return (
    type !== undefined &&
    (FENCED.has(type) || (type === "KAFKAJS_UNKNOWN_ERROR_CODE" && /\b90\b/.test(messageOf(error))))
  );
}

/** One of our own, through kafkajs's wrappers. */
function codedCause(error: unknown): CodedError | undefined {
  for (let e = error, depth = 0; e instanceof Error && depth < 8; e = e.cause, depth++) {
    if (e instanceof CodedError) return e;
  }
  return undefined;
}

/** Any error of kafkajs as one of ours. Unknown ones are indefinite: the outcome is unknown, the call may be repeated. */
export function coded(
  error: unknown,
  doing: string,
  context: Readonly<Record<string, unknown>> = {},
): CodedError {
  const known = codedCause(error);
  if (known) return known;
  const type = brokerError(error);
  const code: ErrorCode = isRefused(error)
    ? "KAFKA_RECORD_REFUSED"
    : isFenced(error)
      ? "KAFKA_FENCED"
      : "KAFKA_UNAVAILABLE";
  return new CodedError(code, {
    message: `${doing}: ${messageOf(error)}`,
    retryable: code === "KAFKA_UNAVAILABLE",
    context: type === undefined ? context : { ...context, broker: type },
    cause: error,
  });
}
