import type { Schema } from "avsc";
import { CodedError } from "../../../schemas/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import { type RegistryApiOptions, registryApi } from "./api.ts";
import { KeptSchemas, lookingAt } from "./kept-schemas.ts";
import type { RegistryClient } from "./ports.ts";
import { Remembered } from "./remembered.ts";

interface RegistryOptions extends Omit<RegistryApiOptions, "retry"> {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Tries in all while the registry does not answer. Default 5, about 3 s. */
  readonly tries?: number;
  /** Until this aborts, it is looked now and then whether the registry still has what was registered. Left out: never. */
  readonly keep?: AbortSignal;
}

/** The stages' client. What was learnt is remembered: ids and schemas never change. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const { logger, clock, tries = 5, keep, ...server } = options;
  const api = registryApi({ ...server, retry: { tries, clock, logger } });
  const ids = new Remembered<number>();
  const schemas = new Remembered<Schema>();
  const registered = new KeptSchemas(api, logger);
  if (keep) lookingAt(registered, clock, keep);
  return {
    async register(subject, schema, onId) {
      const text = JSON.stringify(schema);
      const id = await ids.get(`${subject} ${text}`, () => api.register(subject, text));
      registered.note(subject, text, id, onId);
      return id;
    },
    schemaById: (id) => schemas.get(String(id), async () => parsed(await api.byId(id), id)),
  };
}

function parsed(text: string, id: number): Schema {
  try {
    return JSON.parse(text) as Schema;
  } catch (cause) {
    const message = `the registry's schema ${id} is not JSON: is it one of Avro?`;
    throw new CodedError("REGISTRY_UNAVAILABLE", { message, retryable: false, context: { id }, cause });
  }
}
