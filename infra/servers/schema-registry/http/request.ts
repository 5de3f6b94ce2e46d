import { RestError } from "../../../runtime/http/errors.ts";
import type { SchemaRequest } from "../core/decisions.ts";
import { refusal } from "../core/errors.ts";

/** One request of the API, decoded as far as every handler needs it. */
export interface ApiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body's JSON object; asking for it refuses what is none. */
  readonly body: () => Readonly<Record<string, unknown>>;
}

export function param(request: ApiRequest, name: string): string {
  return request.params[name] ?? "";
}

/** `?name=true` */
export function flagged(request: ApiRequest, name: string): boolean {
  return request.query.get(name)?.toLowerCase() === "true";
}

/** @throws {RestError} 404: ids are numbers. */
export function idOf(request: ApiRequest): number {
  const text = param(request, "id");
  if (!/^-?\d+$/.test(text)) throw new RestError(404, 404, "HTTP 404 Not Found");
  return Number(text);
}

/** @throws {RestError} 400 not JSON or no object, 422 empty. */
export function parseBody(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") throw new RestError(422, 422, "the body is empty: send a JSON object");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RestError(400, 400, `the body is not JSON: ${String(error)}`);
  }
  if (value === null) throw new RestError(422, 422, "the body is null: send a JSON object");
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new RestError(400, 400, "the body is no JSON object");
  }
  return value as Record<string, unknown>;
}

/** `{schema, schemaType?, references?, id?, version?}`; what else newer clients send is passed over. */
export function schemaRequest(request: ApiRequest): SchemaRequest {
  const { schema, schemaType, references, id, version } = request.body();
  if (schema === undefined || schema === null) throw refusal.invalidSchema("the request has no schema");
  if (typeof schema !== "string")
    throw new RestError(400, 400, "schema is no text: send the schema's JSON as a string");
  if (schemaType !== undefined && schemaType !== null && schemaType !== "AVRO") {
    throw refusal.invalidSchema(`this registry knows no schemas of type ${String(schemaType)}, only AVRO`);
  }
  if (Array.isArray(references) && references.length > 0) {
    throw refusal.invalidSchema("this registry knows no references to other schemas");
  }
  return { schema, ...count("id", id), ...count("version", version) };
}

/** -1 and null mean: none given. */
function count<N extends "id" | "version">(name: N, value: unknown): { readonly [K in N]?: number } {
  if (value === undefined || value === null || value === -1) return {};
  if (!Number.isSafeInteger(value)) throw new RestError(400, 400, `${name} is no whole number`);
  return { [name]: value } as { readonly [K in N]: number };
}
