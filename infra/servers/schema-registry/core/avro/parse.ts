import type { Type } from "avsc";
import { parseAvroSchema } from "../../../../runtime/avro/type.ts";
import { type Json, writeJson } from "../../../../runtime/json/lossless.ts";
import type { ParsedSchema, ResolvedReference, Roles } from "../parsed.ts";
import { type SchemaTags, type TagChanges, tagged } from "../tags.ts";
import { canonicalText, normalizedText } from "./canonical.ts";
import { inlined } from "./inlined.ts";
import { isRecord } from "./kinds.ts";
import type { Problem } from "./problems.ts";
import { readProblems } from "./resolution.ts";
import { findInAvro, tagsInAvro } from "./tags.ts";
import { parseUnchecked } from "./unchecked.ts";

class AvroSchema implements ParsedSchema {
  readonly schemaType = "AVRO";
  readonly canonical: string;
  readonly type: Type;
  readonly #json: Json;
  readonly #references: readonly ResolvedReference[];

  constructor(json: Json, type: Type, references: readonly ResolvedReference[]) {
    this.canonical = canonicalText(json);
    this.type = type;
    this.#json = json;
    this.#references = references;
  }

  get resolved(): string {
    return normalizedText(inlined(this.#json, this.#references));
  }

  get normalized(): string {
    return normalizedText(this.#json);
  }

  get topLevelFields(): ReadonlySet<string> {
    return new Set(isRecord(this.type) ? this.type.fields.map(({ name }) => name) : []);
  }

  get tags(): readonly SchemaTags[] {
    return tagsInAvro(this.#json);
  }

  tagged(changes: TagChanges): string {
    return writeJson(tagged(this.#json, changes, findInAvro));
  }

  problems(writer: ParsedSchema, roles: Roles): readonly string[] {
    if (!(writer instanceof AvroSchema)) return [];
    return readProblems(this.type, writer.type).map((problem) => sentence(problem, roles));
  }
}

/**
 * @param isNew - false: names and defaults are not checked, for one that was taken so.
 * @throws {CodedError} AVRO_INVALID
 */
export function parseAvro(
  text: string,
  references: readonly ResolvedReference[],
  isNew: boolean,
): ParsedSchema {
  const others = references.map(({ schema }) => schema);
  const { json, type } = isNew ? parseAvroSchema(text, others) : parseUnchecked(text, others);
  return new AvroSchema(json, type, references);
}

function sentence(problem: Problem, { reader, writer }: Roles): string {
  const text = problem.text
    .replaceAll("%reader", `${reader} schema`)
    .replaceAll("%writer", `${writer} schema`);
  return `{errorType:'${problem.kind}', description:'${text}', additionalInfo:'${problem.detail}'}`;
}
