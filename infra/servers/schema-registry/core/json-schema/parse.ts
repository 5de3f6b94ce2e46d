import { isJsonObject, parseJson, writeJson } from "../../../../runtime/json/lossless.ts";
import type { ParsedSchema, ResolvedReference, Roles } from "../parsed.ts";
import { type SchemaTags, type TagChanges, tagged } from "../tags.ts";
import { jsonDifferences } from "./compare.ts";
import type { Node } from "./node.ts";
import { readJsonSchema, sorted } from "./read.ts";
import { findInJsonSchema, tagsInJsonSchema } from "./tags.ts";

class JsonSchema implements ParsedSchema {
  readonly schemaType = "JSON";
  readonly canonical: string;
  readonly root: Node;

  constructor(canonical: string, root: Node) {
    this.canonical = canonical;
    this.root = root;
  }

  get normalized(): string {
    return writeJson(sorted(parseJson(this.canonical)));
  }

  get topLevelFields(): ReadonlySet<string> {
    const schema = parseJson(this.canonical);
    const properties = isJsonObject(schema) ? schema.get("properties") : undefined;
    return new Set(isJsonObject(properties) ? properties.keys() : []);
  }

  get tags(): readonly SchemaTags[] {
    return tagsInJsonSchema(parseJson(this.canonical));
  }

  tagged(changes: TagChanges): string {
    return writeJson(tagged(parseJson(this.canonical), changes, findInJsonSchema));
  }

  problems(writer: ParsedSchema, { reader, writer: old }: Roles): readonly string[] {
    if (!(writer instanceof JsonSchema)) return [];
    return jsonDifferences(writer.root, this.root).map(
      ({ kind, path }) =>
        `{errorType:"${kind}", description:"${kind.toLowerCase().replaceAll("_", " ")} at #/${path}: what fits the ${old} schema may not fit the ${reader} schema"}`,
    );
  }
}

/**
 * Draft 4 to 2020-12; without `$schema` it is read as draft 7.
 *
 * @param references - each by the name that a `$ref` calls it by.
 * @throws {Error} that says what is wrong with it.
 */
export function parseJsonSchema(text: string, references: readonly ResolvedReference[]): ParsedSchema {
  return new JsonSchema(writeJson(parseJson(text)), readJsonSchema(text, references));
}
