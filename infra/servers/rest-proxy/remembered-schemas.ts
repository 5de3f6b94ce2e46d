import { CodedError } from "../../../schemas/errors.ts";
import type { RegistryApi } from "../../runtime/registry/ports.ts";
import { Remembered } from "../../runtime/registry/remembered.ts";
import type { Schemas } from "./ports.ts";

const REMEMBERED = 1_000;

/** The registry as the proxy needs it: what was learnt is remembered, and an id counts only under its own subject. */
export function rememberedSchemas(registry: RegistryApi): Schemas {
  const ids = new Remembered<number>(REMEMBERED);
  const texts = new Remembered<string>(REMEMBERED);
  return {
    idOf: (subject, text, type) =>
      ids.get(
        `${type ?? ""} ${subject}\n${text}`,
        async () => (await registry.lookUp(subject, text, type)) ?? registry.register(subject, text, type),
      ),
    textOf: (subject, id) =>
      texts.get(`${subject}\n${id}`, async () => {
        if ((await registry.subjectsOf(id)).includes(subject)) return registry.byId(id);
        throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", {
          message: `no schema with id ${id} under subject ${subject}`,
          retryable: false,
          context: { subject, id },
        });
      }),
  };
}
