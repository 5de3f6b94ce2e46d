import type { RestError } from "../../../runtime/http/errors.ts";
import { mediaTypeOf, negotiate } from "../../../runtime/http/media.ts";
import { refusal } from "../core/refusal.ts";
import type { EmbeddedFormat } from "../produce.ts";

export const V2 = "application/vnd.kafka.v2+json";

const FORMATS: Readonly<Record<string, EmbeddedFormat>> = {
  "application/vnd.kafka.binary.v2+json": "binary",
  "application/vnd.kafka.json.v2+json": "json",
  "application/vnd.kafka.avro.v2+json": "avro",
  "application/vnd.kafka.jsonschema.v2+json": "jsonschema",
};

/** The embedded format that a produce request's Content-Type names; none means binary. @throws {RestError} 415 */
export function formatOf(contentType: string | undefined): EmbeddedFormat {
  const type = mediaTypeOf(contentType);
  const format = type === undefined ? "binary" : FORMATS[type];
  if (!format) throw refusal.unsupportedType();
  return format;
}

/** The type to answer with; `application/json` is documented and harmless, though 8.x refuses it. @throws {RestError} 406 */
export function answerType(accept: string | undefined): string {
  const type = negotiate(accept, [V2, "application/json"]);
  if (!type) throw refusal.notAcceptable();
  return type;
}

/** Errors before a resource is matched carry no type; a type that is not taken is answered in JSON at least. */
export function errorType(error: RestError, accept: string | undefined): string | undefined {
  if ([404, 405, 406].includes(error.code)) return undefined;
  return negotiate(accept, [V2]) ?? "application/json";
}
