import type { Route } from "../../../runtime/http/router.ts";
import type { SchemaContent } from "../core/content.ts";
import type { RegistryStore } from "../store.ts";
import type { RegistryRequest } from "./request.ts";

/** What it returns, or what its promise resolves with, is answered as JSON; `JsonText` as it stands. */
export type RegistryHandler = (store: RegistryStore, request: RegistryRequest) => unknown;
export type ApiRoute = Route<RegistryHandler>;

/** JSON that is already text: a schema. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A schema by itself; one of Protobuf is no JSON, and is answered as the text that it is. */
export function asText({ schema }: SchemaContent): JsonText {
  return new JsonText(schema);
}
