import { messageOf } from "../../../../schemas/errors.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import type { ErrorAnswer } from "../../../runtime/http/server.ts";
import { isDeeperThan, MAX_REQUEST_DEPTH } from "../../../runtime/json/depth.ts";
import { ERROR_CODE, errorCodeOf } from "../errors.ts";
import { StatementFailure } from "../service/ksql-service.ts";
import { writeJsonValue } from "./json.ts";

export const JSON_TYPE = "application/json";

/** Bytes of a request's body, at most: a statement is small. */
const MAX_BODY = 4 * 1024 * 1024;

/** An error that is not about one statement. */
export class HttpFailure extends Error {
  readonly errorCode: number;

  constructor(errorCode: number, message: string) {
    super(message);
    this.name = "HttpFailure";
    this.errorCode = errorCode;
  }
}

/** ksqlDB's body of an error, and its HTTP status. */
export function errorBody(error: unknown): { readonly status: number; readonly body: object } {
  if (error instanceof StatementFailure) {
    const { errorCode, message, statementText, entities } = error;
    return {
      status: Math.floor(errorCode / 100),
      body: { "@type": "statement_error", error_code: errorCode, message, statementText, entities },
    };
  }
  if (error instanceof RestError) {
    return { status: error.status, body: genericError(error.status * 100, error.message) };
  }
  const code = error instanceof HttpFailure ? error.errorCode : errorCodeOf(error);
  return { status: Math.floor(code / 100), body: genericError(code, messageOf(error)) };
}

function genericError(code: number, message: string): object {
  return { "@type": "generic_error", error_code: code, message };
}

/** An error as the API answers it; what goes wrong before an endpoint is found is plain text, as from ksqlDB. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof RestError) {
    const body = error.status === 404 ? "Not Found" : error.message;
    return { status: error.status, type: "text/plain", body };
  }
  const { status, body } = errorBody(error);
  return { status, type: JSON_TYPE, body: writeJsonValue(body) };
}

/** @throws {HttpFailure} 40000 when the body is no JSON object, 41500 when it is called something else. @throws {RestError} 413 */
export async function jsonBody(exchange: Exchange): Promise<Readonly<Record<string, unknown>>> {
  const { mediaType } = exchange;
  if (mediaType !== undefined && !isTaken(mediaType)) {
    throw new HttpFailure(ERROR_CODE.mediaType, `HTTP 415 Unsupported Media Type: send ${JSON_TYPE}`);
  }
  const text = await exchange.text(MAX_BODY);
  if (isDeeperThan(text, MAX_REQUEST_DEPTH)) {
    throw new HttpFailure(
      ERROR_CODE.badRequest,
      `Invalid JSON in request: nested deeper than ${MAX_REQUEST_DEPTH} levels`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HttpFailure(ERROR_CODE.badRequest, `Invalid JSON in request: ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HttpFailure(ERROR_CODE.badRequest, "Invalid JSON in request: expected an object");
  }
  return value as Readonly<Record<string, unknown>>;
}

/** ksqlDB does not ask what it is sent: curl calls all that it sends a form, and Node's fetch calls it plain text. */
function isTaken(mediaType: string): boolean {
  return mediaType.startsWith("application/") || mediaType === "text/plain";
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
