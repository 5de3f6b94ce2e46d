import { lookUp, register, versionOf } from "../core/decisions.ts";
import { deleteSubject, deleteVersion } from "../core/deletion.ts";
import { refusal } from "../core/errors.ts";
import type { StoredVersion, Visibility } from "../core/state.ts";
import { type ApiRoute, JsonText } from "./handler.ts";
import { type ApiRequest, flagged, param, schemaRequest } from "./request.ts";

/** `/subjects…` */
export const subjectRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/subjects",
    handler: ({ state }, request) => {
      const prefix = request.query.get("subjectPrefix") ?? "";
      return state.subjects(visibilityOf(request)).filter((name) => name.startsWith(prefix));
    },
  },
  {
    method: "POST",
    path: "/subjects/:subject",
    handler: ({ state }, request) => {
      const { schema } = schemaRequest(request);
      return presented(lookUp(state, param(request, "subject"), schema, deletedToo(request)));
    },
  },
  {
    method: "DELETE",
    path: "/subjects/:subject",
    handler: (store, request) =>
      store.write((state) => deleteSubject(state, param(request, "subject"), flagged(request, "permanent"))),
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions",
    handler: ({ state }, request) => {
      const subject = param(request, "subject");
      const visibility = visibilityOf(request);
      if (state.versions(subject, visibility === "live" ? "live" : "all").length === 0) {
        throw refusal.subjectNotFound(subject);
      }
      return state.versions(subject, visibility).map(({ version }) => version);
    },
  },
  {
    method: "POST",
    path: "/subjects/:subject/versions",
    handler: (store, request) => {
      const schema = schemaRequest(request);
      return store.write((state) => register(state, param(request, "subject"), schema));
    },
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version",
    handler: ({ state }, request) =>
      presented(versionOf(state, param(request, "subject"), param(request, "version"), deletedToo(request))),
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version/schema",
    handler: ({ state }, request) =>
      new JsonText(
        versionOf(state, param(request, "subject"), param(request, "version"), deletedToo(request)).schema,
      ),
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version/referencedby",
    handler: ({ state }, request) => {
      versionOf(state, param(request, "subject"), param(request, "version"), "all");
      return [];
    },
  },
  {
    method: "DELETE",
    path: "/subjects/:subject/versions/:version",
    handler: (store, request) =>
      store.write((state) =>
        deleteVersion(
          state,
          param(request, "subject"),
          param(request, "version"),
          flagged(request, "permanent"),
        ),
      ),
  },
];

export function presented({ subject, version, id, schema }: StoredVersion): object {
  return { subject, version, id, schema };
}

/** `?deleted=true` shows what is softly deleted too, `?deletedOnly=true` nothing else. */
export function visibilityOf(request: ApiRequest): Visibility {
  return flagged(request, "deletedOnly") ? "deleted" : deletedToo(request);
}

function deletedToo(request: ApiRequest): Visibility {
  return flagged(request, "deleted") ? "all" : "live";
}
