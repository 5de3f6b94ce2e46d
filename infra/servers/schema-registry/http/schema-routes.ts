import { refusal } from "../core/errors.ts";
import type { RegistryState } from "../core/state.ts";
import { type ApiRoute, JsonText } from "./handler.ts";
import { type ApiRequest, flagged, idOf } from "./request.ts";
import { presented, visibilityOf } from "./subject-routes.ts";

/** `/schemas…`: everything by id. A softly deleted schema still answers, for the data written with it. */
export const schemaRoutes: readonly ApiRoute[] = [
  { method: "GET", path: "/", handler: () => ({}) },
  { method: "GET", path: "/contexts", handler: () => ["."] },
  { method: "GET", path: "/schemas/types", handler: () => ["AVRO"] },
  {
    method: "GET",
    path: "/schemas",
    handler: ({ state }, request) => {
      const prefix = request.query.get("subjectPrefix") ?? "";
      const newest = flagged(request, "latestOnly") ? -1 : 0;
      return state
        .subjects(visibilityOf(request))
        .filter((subject) => subject.startsWith(prefix))
        .flatMap((subject) => state.versions(subject, visibilityOf(request)).slice(newest).map(presented));
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id",
    handler: ({ state }, request) => ({
      schema: schemaOf(state, request),
      ...(flagged(request, "fetchMaxId") ? { maxId: state.nextId - 1 } : {}),
    }),
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/schema",
    handler: ({ state }, request) => new JsonText(schemaOf(state, request)),
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/subjects",
    handler: ({ state }, request) => {
      schemaOf(state, request);
      const holders = state.holdersOf(idOf(request), visibilityOf(request));
      return [...new Set(holders.map(({ subject }) => subject))];
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/versions",
    handler: ({ state }, request) => {
      schemaOf(state, request);
      return state
        .holdersOf(idOf(request), visibilityOf(request))
        .map(({ subject, version }) => ({ subject, version }));
    },
  },
];

/** @throws {RestError} 40403 */
function schemaOf(state: RegistryState, request: ApiRequest): string {
  const id = idOf(request);
  const text = state.schemaText(id);
  if (text === undefined) throw refusal.schemaNotFound(id);
  return text;
}
