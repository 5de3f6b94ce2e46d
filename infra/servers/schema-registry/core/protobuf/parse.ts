import { refusal } from "../errors.ts";
import type { ParsedSchema, ResolvedReference, Roles } from "../parsed.ts";
import { serialized } from "./descriptor.ts";
import { differences } from "./differences.ts";
import { type ProtobufFile, readFile } from "./file.ts";
import { formatted } from "./format.ts";
import { normalized } from "./normalize.ts";
import { protoText } from "./proto-text.ts";

class ProtobufSchema implements ParsedSchema {
  readonly schemaType = "PROTOBUF";
  readonly canonical: string;
  readonly file: ProtobufFile;
  readonly #references: readonly ResolvedReference[];

  constructor(canonical: string, file: ProtobufFile, references: readonly ResolvedReference[]) {
    this.canonical = canonical;
    this.file = file;
    this.#references = references;
  }

  get serialized(): string {
    return serialized(this.canonical, this.#references).toString("base64");
  }

  get normalized(): string {
    return normalized(this.canonical);
  }

  get topLevelFields(): ReadonlySet<string> {
    const fields = [...this.file.messages.values()].flatMap((message) => [...message.fields.values()]);
    return new Set(fields.map(({ name }) => name));
  }

  readonly tags = [];

  tagged(): string {
    throw refusal.invalidSchema("tags of Protobuf schemas are not supported by this registry");
  }

  problems(writer: ParsedSchema, roles: Roles): readonly string[] {
    if (!(writer instanceof ProtobufSchema)) return [];
    return differences(writer.file, this.file, roles);
  }
}

/**
 * @param references - each by the path that an `import` names it by.
 * @throws {Error} that says what is wrong with it.
 */
export function parseProtobuf(text: string, references: readonly ResolvedReference[]): ParsedSchema {
  // What Python's serializer sends; no text of a schema is one word.
  const isSerialized = /^[A-Za-z0-9+/]{8,}={0,2}$/.test(text.trim());
  const proto = isSerialized ? protoText(Buffer.from(text.trim(), "base64")) : text;
  return new ProtobufSchema(formatted(proto), readFile(proto, references), references);
}
