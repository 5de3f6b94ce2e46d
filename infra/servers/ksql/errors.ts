import { CodedError } from "../../../schemas/errors.ts";

/** ksqlDB's `error_code`: the HTTP status times 100, plus a number of its own. */
export const ERROR_CODE = {
  badRequest: 40000,
  badStatement: 40001,
  queryEndpoint: 40002,
  http2Only: 40004,
  notFound: 40400,
  mediaType: 41500,
  noRegistry: 42801,
  serverError: 50000,
} as const;

/**
 * A statement that this server refuses, with the text ksqlDB's clients know.
 *
 * @param errorCode - ksqlDB's code; its HTTP status is the code divided by 100.
 */
export function refuse(message: string, errorCode: number = ERROR_CODE.badStatement): CodedError {
  return new CodedError("KSQL_STATEMENT_INVALID", { message, retryable: false, context: { errorCode } });
}

/** What ksqlDB can do and this server does not: `docs/ksql-subset.md` lists each of these texts. */
export function unsupported(what: string): CodedError {
  return refuse(`${what} is not supported by the built-in server; ksqlDB runs it`);
}

/** A type error found while an expression is analysed: its clause is named by the caller. */
export function typeError(message: string): CodedError {
  return new CodedError("KSQL_STATEMENT_INVALID", {
    message,
    retryable: false,
    context: { errorCode: ERROR_CODE.badStatement, phase: "typing" },
  });
}

/** Run `analyse`; its type errors get `prefix` in front, as ksqlDB names the clause they are in. */
export function named<T>(prefix: string, analyse: () => T, suffix = ""): T {
  try {
    return analyse();
  } catch (error) {
    if (error instanceof CodedError && error.context["phase"] === "typing") {
      throw refuse(`${prefix}${error.message}${suffix}`);
    }
    throw error;
  }
}

/** ksqlDB's code of an error: `serverError` for an unexpected error. */
export function errorCodeOf(error: unknown): number {
  if (error instanceof CodedError) {
    const code = error.context["errorCode"];
    if (typeof code === "number") return code;
  }
  return ERROR_CODE.serverError;
}
