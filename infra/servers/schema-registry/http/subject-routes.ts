import { presentedContent } from "../core/content.ts";
import { lookUp, register, versionOf } from "../core/decisions.ts";
import { deleteSubject, deleteVersion } from "../core/deletion.ts";
import { refusal } from "../core/errors.ts";
import type { StoredVersion } from "../core/records.ts";
import type { Visibility } from "../core/state.ts";
import { type ApiRoute, asText } from "./handler.ts";
import {
  flagged,
  inFormat,
  page,
  param,
  prefixOf,
  type RegistryRequest,
  schemaRequest,
  tagsAsked,
} from "./request.ts";

/** `/subjects…` */
export const subjectRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/subjects",
    handler: ({ state }, request) => {
      const prefix = prefixOf(request);
      const visibility = visibilityOf(request);
      const live = new Set(visibility === "deleted" ? state.subjects("live") : []);
      return page(
        request,
        state.subjects(visibility).filter((name) => name.startsWith(prefix) && !live.has(name)),
      );
    },
  },
  {
    method: "POST",
    path: "/subjects/:subject",
    handler: ({ state }, request) => {
      const schema = schemaRequest(request);
      const found = lookUp(state, param(request, "subject"), schema, deletedToo(request));
      return { ...presented(found), ...inFormat(state, request, found) };
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
      // Those that are softly deleted with a minus in front.
      const isSigned = flagged(request, "deletedAsNegative");
      return page(
        request,
        state
          .versions(subject, isSigned ? "all" : visibility)
          .map(({ version, deleted }) => (isSigned && deleted ? -version : version)),
      );
    },
  },
  {
    method: "POST",
    path: "/subjects/:subject/versions",
    handler: async (store, request) => {
      const schema = schemaRequest(request);
      const { id, version, content } = await store.write((state) =>
        register(state, param(request, "subject"), schema),
      );
      return { id, version, ...presentedContent(content), ...inFormat(store.state, request, content) };
    },
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version",
    handler: ({ state }, request) => {
      const visibility = deletedToo(request);
      const found = versionOf(state, param(request, "subject"), param(request, "version"), visibility);
      return {
        ...presented(found),
        ...inFormat(state, request, found),
        ...tagsAsked(state, request, found),
      };
    },
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version/schema",
    handler: ({ state }, request) => {
      const visibility = deletedToo(request);
      const found = versionOf(state, param(request, "subject"), param(request, "version"), visibility);
      return asText({ ...found, ...inFormat(state, request, found) });
    },
  },
  {
    method: "GET",
    path: "/subjects/:subject/versions/:version/referencedby",
    handler: ({ state }, request) => {
      const { subject, version } = versionOf(
        state,
        param(request, "subject"),
        param(request, "version"),
        "all",
      );
      const referrers = state.referrersOf(subject, version, deletedToo(request));
      return page(
        request,
        [...new Set(referrers.map(({ id }) => id))].sort((a, b) => a - b),
      );
    },
  },
  {
    method: "GET",
    path: "/subjects/:subject/metadata",
    handler: ({ state }, request) => {
      const subject = param(request, "subject");
      const versions = state.versions(subject, deletedToo(request));
      if (versions.length === 0) throw refusal.subjectNotFound(subject);
      const values = request.query.getAll("value");
      const wanted = request.query.getAll("key").slice(0, values.length);
      const found = versions.findLast(({ metadata }) =>
        wanted.every((key, i) => metadata?.properties?.[key] === values[i]),
      );
      if (!found) throw refusal.schemaNotFound();
      return presented(found);
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

export function presented(stored: StoredVersion): object {
  const { subject, version, id, deleted } = stored;
  return { subject, version, id, ...presentedContent(stored), ...(deleted ? { deleted } : {}) };
}

/** `?deleted=true` shows what is softly deleted too, `?deletedOnly=true` nothing else. */
export function visibilityOf(request: RegistryRequest): Visibility {
  return flagged(request, "deletedOnly") ? "deleted" : deletedToo(request);
}

function deletedToo(request: RegistryRequest): "all" | "live" {
  return flagged(request, "deleted") ? "all" : "live";
}
