import type { SchemaType } from "./content.ts";
import type { SchemaTags, TagChanges } from "./tags.ts";

/** A schema that another names in its references, with its text. */
export interface ResolvedReference {
  readonly name: string;
  readonly schema: string;
}

/** The two schemas' words in a sentence about them: `new` and `old`. */
export interface Roles {
  readonly reader: string;
  readonly writer: string;
}

/** A schema of any type, checked. */
export interface ParsedSchema {
  readonly schemaType: SchemaType;
  readonly canonical: string;
  /** Canonical, with everything in an order that does not depend on its author. */
  readonly normalized: string;
  /** Normalized, with what it refers to in its place; only Avro's. */
  readonly resolved?: string;
  /**
   * As the bytes of a FileDescriptorProto, in base64; only Protobuf's.
   *
   * @throws {Error} that names what would be lost.
   */
  readonly serialized?: string;
  /** Names of the fields of the record, object or messages that it is. */
  readonly topLevelFields: ReadonlySet<string>;
  /** In the order of the text. */
  readonly tags: readonly SchemaTags[];
  /** Its text with other tags. @throws {RestError} 42201 */
  tagged(changes: TagChanges): string;
  /**
   * Why data of `writer` cannot always be read with this schema; empty: it can.
   *
   * @param writer - of the same type.
   */
  problems(writer: ParsedSchema, roles: Roles): readonly string[];
}
