import { CodedError } from "../../../../schemas/errors.ts";
import type { Schemas } from "../ports.ts";

export interface MemorySchemas extends Schemas {
  /** As if the registry were down. */
  down: boolean;
  /** Subjects under which nothing new is let in. */
  readonly closed: Set<string>;
}

/** A Schema Registry in memory, for unit tests. */
export function memorySchemas(): MemorySchemas {
  const texts: string[] = [];
  const subjects = new Map<string, Set<number>>();
  const idsOf = (subject: string): Set<number> => {
    const ids = subjects.get(subject) ?? new Set();
    subjects.set(subject, ids);
    return ids;
  };
  const schemas: MemorySchemas = {
    down: false,
    closed: new Set(),
    async idOf(subject, text) {
      if (schemas.down) throw new CodedError("REGISTRY_UNAVAILABLE", { message: "down", retryable: true });
      const known = texts.indexOf(text) + 1;
      if (idsOf(subject).has(known)) return known;
      if (schemas.closed.has(subject)) {
        throw new CodedError("REGISTRY_INCOMPATIBLE", { message: "incompatible", retryable: false });
      }
      const id = known || texts.push(text);
      idsOf(subject).add(id);
      return id;
    },
    async textOf(subject, id) {
      if (schemas.down) throw new CodedError("REGISTRY_UNAVAILABLE", { message: "down", retryable: true });
      const text = texts[id - 1];
      if (text !== undefined && idsOf(subject).has(id)) return text;
      throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", { message: `no schema ${id}`, retryable: false });
    },
  };
  return schemas;
}
