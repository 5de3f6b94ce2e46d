import { messageOf } from "../../../../schemas/errors.ts";
import { ERROR_CODE, errorCodeOf } from "../errors.ts";
import { StatementFailure } from "../service/ksql-service.ts";
import type { Exchange } from "./exchange.ts";
import { writeJsonValue } from "./json.ts";

export const JSON_TYPE = "application/json";

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
  const code = error instanceof HttpFailure ? error.errorCode : errorCodeOf(error);
  return { status: Math.floor(code / 100), body: genericError(code, messageOf(error)) };
}

function genericError(code: number, message: string): object {
  return { "@type": "generic_error", error_code: code, message };
}

export function sendError(exchange: Exchange, error: unknown): void {
  const { status, body } = errorBody(error);
  exchange.send(status, JSON_TYPE, writeJsonValue(body));
}

/** @throws {HttpFailure} 40000 when the body is no JSON object. */
export async function jsonBody(exchange: Exchange): Promise<Readonly<Record<string, unknown>>> {
  const text = await exchange.body();
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

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
