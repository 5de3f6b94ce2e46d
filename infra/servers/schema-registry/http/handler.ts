import type { Route } from "../../../runtime/http/router.ts";
import type { RegistryStore } from "../store.ts";
import type { ApiRequest } from "./request.ts";

/** What it returns, or what its promise resolves with, is answered as JSON; `JsonText` as it stands. */
export type RegistryHandler = (store: RegistryStore, request: ApiRequest) => unknown;
export type ApiRoute = Route<RegistryHandler>;

/** JSON that is already text: a schema. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}
