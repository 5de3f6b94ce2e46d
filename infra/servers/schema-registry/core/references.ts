import type { SchemaReference } from "./content.ts";
import { refusal } from "./errors.ts";
import type { ResolvedReference } from "./parsed.ts";
import type { StoredVersion } from "./records.ts";
import type { RegistryState } from "./state.ts";

/** What one schema may build on, all references of references together. */
const MOST_REFERENCES = 1_000;

/**
 * The schemas that these references name, and those that they name in turn, each after all that it builds on. A softly
 * deleted version still answers.
 *
 * @throws {RestError} 42201 that names what is not there.
 */
export function resolved(
  state: RegistryState,
  references: readonly SchemaReference[],
): readonly ResolvedReference[] {
  const found = new Map<string, ResolvedReference>();
  const walk = (list: readonly SchemaReference[]): void => {
    for (const reference of list) {
      const { name } = reference;
      // Named by several with different versions: the first one that is met counts, as for Confluent's registry.
      if (found.has(name)) continue;
      if (found.size >= MOST_REFERENCES)
        throw refusal.invalidSchema(`it builds on more than ${MOST_REFERENCES} other schemas`);
      const stored = referenced(state, reference);
      // Takes its place at once, so that what refers to itself ends; put again, it stands after what it builds on.
      found.set(name, { name, schema: stored.schema });
      walk(stored.references);
      found.delete(name);
      found.set(name, { name, schema: stored.schema });
    }
  };
  walk(references);
  return [...found.values()];
}

/**
 * -1 becomes the number of the newest version.
 *
 * @param visibility - `live`: a new schema builds on no version that is softly deleted.
 * @throws {RestError} 42201
 */
export function pinned(
  state: RegistryState,
  references: readonly SchemaReference[],
  visibility: "live" | "all",
): readonly SchemaReference[] {
  return references.map((reference) => {
    const { version, deleted } = referenced(state, reference);
    if (deleted && visibility === "live") throw notFound({ ...reference, version });
    return { ...reference, version };
  });
}

function referenced(state: RegistryState, reference: SchemaReference): StoredVersion {
  const { subject, version } = reference;
  const found = version === -1 ? state.versions(subject, "live").at(-1) : state.version(subject, version);
  if (!found) throw notFound(reference);
  return found;
}

function notFound({ subject, version }: SchemaReference): ReturnType<typeof refusal.invalidSchema> {
  return refusal.invalidSchema(`No schema reference found for subject "${subject}" and version ${version}`);
}
