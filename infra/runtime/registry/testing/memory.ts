import type { Schema } from "avsc";
import { CodedError } from "../../../../schemas/errors.ts";
import type { RegistryClient } from "../ports.ts";

/** A registry in memory, for unit tests: gives each different schema an id from `firstId`; knows no compatibility. */
export function memoryRegistry(firstId = 1): RegistryClient & { subjects(): readonly string[] } {
  const ids = new Map<string, number>();
  const schemas = new Map<number, Schema>();
  const subjects = new Set<string>();
  return {
    subjects: () => [...subjects],
    async register(subject, schema) {
      subjects.add(subject);
      const text = JSON.stringify(schema);
      const id = ids.get(text) ?? firstId + ids.size;
      ids.set(text, id);
      schemas.set(id, schema);
      return id;
    },
    async schemaById(id) {
      const schema = schemas.get(id);
      if (schema !== undefined) return schema;
      throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", {
        message: `no schema has the id ${id}`,
        retryable: false,
        context: { id },
      });
    },
  };
}
