import { identityOf, type Metadata, type SchemaContent } from "./content.ts";
import { versionIn, withoutVersion } from "./data-contract.ts";
import type { ParsedSchema } from "./parsed.ts";
import { parseContent } from "./parsing.ts";
import type { StoredVersion } from "./records.ts";
import type { RegistryState } from "./state.ts";

/** A schema as a client sends it, checked. */
export interface CheckedSchema {
  readonly content: SchemaContent;
  readonly parsed: ParsedSchema;
}

/**
 * The version of these that is this schema: the newest that is the same in everything, or else the newest that differs
 * only in what a client may leave out (`ParsedSchema.canLookup`).
 */
export function findVersion(
  state: RegistryState,
  versions: readonly StoredVersion[],
  schema: CheckedSchema,
): StoredVersion | undefined {
  return holding(versions, schema.content) ?? versions.findLast((stored) => stands(state, schema, stored));
}

/** The newest of these that is this schema in everything. */
export function holding(
  versions: readonly StoredVersion[],
  content: SchemaContent,
): StoredVersion | undefined {
  const identity = identityOf(content);
  return versions.findLast((stored) => identityOf(stored) === identity);
}

function stands(state: RegistryState, { content, parsed }: CheckedSchema, stored: StoredVersion): boolean {
  if (sameButVersion(content, stored)) return true;
  // A client that knows no references sends the schema as a whole.
  if (content.references.length > 0 || stored.references.length === 0) return false;
  if (content.schemaType !== stored.schemaType || parsed.resolved === undefined) return false;
  const { resolved } = parseContent(state, stored);
  return (
    resolved !== undefined &&
    sameButVersion(
      { ...content, schema: parsed.resolved },
      { ...stored, schema: resolved, references: content.references },
    )
  );
}

/** The same but for the number of its version that one of them carries in its metadata. */
function sameButVersion(content: SchemaContent, stored: StoredVersion): boolean {
  const wanted = versionIn(content.metadata);
  const own = versionIn(stored.metadata);
  if ((wanted === undefined) === (own === undefined)) return identityOf(content) === identityOf(stored);
  if (wanted !== undefined && wanted !== stored.version) return false;
  const bare = (of: SchemaContent, metadata: Metadata): string => identityOf({ ...of, metadata });
  return bare(content, withoutVersion(content.metadata)) === bare(stored, withoutVersion(stored.metadata));
}
