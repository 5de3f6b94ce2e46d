import type { RegistryClient } from "../../../infra/runtime/registry/ports.ts";
import { memoryRegistry } from "../../../infra/runtime/registry/testing/memory.ts";
import type { SchemaRegistry } from "../../../infra/servers/ksql/formats/registry.ts";

/** One registry in memory behind both of its clients: the stages' and the ksql server's. */
export interface Registries {
  readonly stages: RegistryClient;
  readonly ksql: SchemaRegistry;
}

export function memoryRegistries(): Registries {
  const stages = memoryRegistry();
  const latest = new Map<string, { readonly id: number; readonly schema: string }>();
  const register: RegistryClient["register"] = async (subject, schema) => {
    const id = await stages.register(subject, schema);
    latest.set(subject, { id, schema: JSON.stringify(schema) });
    return id;
  };
  return {
    stages: { register, schemaById: (id) => stages.schemaById(id) },
    ksql: {
      latest: async (subject) => latest.get(subject),
      byId: async (id) => JSON.stringify(await stages.schemaById(id)),
      register: (subject, schema) => register(subject, JSON.parse(schema)),
    },
  };
}
