import type { RegistryApi } from "../../../runtime/registry/ports.ts";

/** What this server needs of a schema registry. */
export type SchemaRegistry = Pick<RegistryApi, "latest" | "byId" | "register">;
