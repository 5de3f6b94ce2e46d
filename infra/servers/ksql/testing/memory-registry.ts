import { CodedError } from "../../../../schemas/errors.ts";
import type { RegisteredSchema } from "../../../runtime/registry/ports.ts";
import type { SchemaRegistry } from "../formats/registry.ts";

/** A registry in memory, for unit tests: no compatibility rules. */
export function memoryRegistry(): SchemaRegistry {
  const ids = new Map<string, number>();
  const latest = new Map<string, RegisteredSchema>();
  return {
    latest: async (subject) => latest.get(subject),
    async byId(id) {
      for (const [schema, known] of ids) if (known === id) return schema;
      throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", { message: `no schema ${id}`, retryable: false });
    },
    async register(subject, schema) {
      const id = ids.get(schema) ?? ids.size + 1;
      ids.set(schema, id);
      latest.set(subject, { id, schema });
      return id;
    },
  };
}
