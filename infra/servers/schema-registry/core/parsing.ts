import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import { parseAvro } from "./avro/parse.ts";
import type { SchemaContent, SchemaType } from "./content.ts";
import { refusal } from "./errors.ts";
import { parseJsonSchema } from "./json-schema/parse.ts";
import type { ParsedSchema, ResolvedReference } from "./parsed.ts";
import { parseProtobuf } from "./protobuf/parse.ts";
import { resolved } from "./references.ts";
import type { RegistryState } from "./state.ts";

const PARSERS: Readonly<
  Record<SchemaType, (text: string, references: readonly ResolvedReference[]) => ParsedSchema>
> = { AVRO: parseAvro, JSON: parseJsonSchema, PROTOBUF: parseProtobuf };

/** @throws {RestError} 42201 */
export function parseText(
  schemaType: SchemaType,
  text: string,
  references: readonly ResolvedReference[] = [],
): ParsedSchema {
  try {
    return PARSERS[schemaType](text, references);
  } catch (error) {
    if (error instanceof RestError) throw error;
    throw refusal.invalidSchema(isCoded(error) ? error.message : messageOf(error));
  }
}

/** @throws {RestError} 42201 */
export function parseContent(
  state: RegistryState,
  { schemaType, schema, references }: Pick<SchemaContent, "schemaType" | "schema" | "references">,
): ParsedSchema {
  return parseText(schemaType, schema, resolved(state, references));
}
