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
  Record<SchemaType, (text: string, references: readonly ResolvedReference[], isNew: boolean) => ParsedSchema>
> = { AVRO: parseAvro, JSON: parseJsonSchema, PROTOBUF: parseProtobuf };

/**
 * @param isNew - false: one that is there already, or is to be taken unchecked.
 * @throws {RestError} 42201
 */
export function parseText(
  schemaType: SchemaType,
  text: string,
  references: readonly ResolvedReference[],
  isNew: boolean,
): ParsedSchema {
  try {
    return PARSERS[schemaType](text, references, isNew);
  } catch (error) {
    if (error instanceof RestError) throw error;
    throw refusal.invalidSchema(isCoded(error) ? error.message : messageOf(error));
  }
}

/** @throws {RestError} 42201 */
export function parseContent(
  state: RegistryState,
  { schemaType, schema, references }: Pick<SchemaContent, "schemaType" | "schema" | "references">,
  isNew = false,
): ParsedSchema {
  return parseText(schemaType, schema, resolved(state, references), isNew);
}
