import { presentedContent, rulesIn, SCHEMA_TYPES, type SchemaContent } from "../core/content.ts";
import { refusal } from "../core/errors.ts";
import type { RegistryState } from "../core/state.ts";
import { type ApiRoute, asText } from "./handler.ts";
import {
  behind,
  flagged,
  idOf,
  inFormat,
  page,
  param,
  prefixOf,
  type RegistryRequest,
  tagsAsked,
} from "./request.ts";
import { presented, visibilityOf } from "./subject-routes.ts";

/** `/schemas…`: everything by id. A softly deleted schema still answers, for the data written with it. */
export const schemaRoutes: readonly ApiRoute[] = [
  { method: "GET", path: "/", handler: () => ({}) },
  { method: "GET", path: "/contexts", handler: (_, request) => page(request, ["."]) },
  { method: "GET", path: "/schemas/types", handler: () => SCHEMA_TYPES },
  {
    method: "GET",
    path: "/schemas",
    handler: ({ state }, request) => {
      const prefix = prefixOf(request);
      const newest = flagged(request, "latestOnly") ? -1 : 0;
      const aliases = flagged(request, "aliases")
        ? aliasesBySubject(state, prefix)
        : new Map<string, readonly string[]>();
      const type = request.query.get("ruleType") ?? "";
      const found = state
        .subjects(visibilityOf(request))
        .filter((subject) => subject.startsWith(prefix) || aliases.has(subject))
        .flatMap((subject) => state.versions(subject, visibilityOf(request)).slice(newest))
        .filter(({ ruleSet }) => type === "" || rulesIn(ruleSet).some((rule) => rule.type === type));
      return page(request, found).map((stored) => {
        const of = aliases.get(stored.subject);
        return { ...presented(stored), ...(of && { aliases: of }) };
      });
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id",
    handler: ({ state }, request) => {
      const schema = schemaOf(state, request);
      return {
        ...holderOf(state, request),
        ...presentedContent(schema),
        ...inFormat(state, request, schema),
        ...tagsAsked(state, request, schema),
        ...(flagged(request, "fetchMaxId") ? { maxId: state.nextId - 1 } : {}),
      };
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/schema",
    handler: ({ state }, request) => {
      const schema = schemaOf(state, request);
      return asText({ ...schema, ...inFormat(state, request, schema) });
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/subjects",
    handler: ({ state }, request) => {
      schemaOf(state, request);
      const holders = state.holdersOf(idOf(request), visibilityOf(request));
      return page(request, [...new Set(holders.map(({ subject }) => subject))]);
    },
  },
  {
    method: "GET",
    path: "/schemas/ids/:id/versions",
    handler: ({ state }, request) => {
      schemaOf(state, request);
      const holders = state.holdersOf(idOf(request), visibilityOf(request));
      return page(
        request,
        holders.map(({ subject, version }) => ({ subject, version })),
      );
    },
  },
  {
    method: "GET",
    path: "/schemas/guids/:guid",
    handler: ({ state }, request) => {
      const guid = param(request, "guid");
      const id = state.idOfGuid(guid);
      const content = id === undefined ? undefined : state.contentOf(id);
      if (!content) throw refusal.schemaNotFound(guid);
      return { ...presentedContent(content), ...inFormat(state, request, content) };
    },
  },
  {
    method: "GET",
    path: "/schemas/guids/:guid/ids",
    handler: ({ state }, request) => {
      const id = state.idOfGuid(param(request, "guid"));
      return id === undefined ? [] : [{ context: ".", id }];
    },
  },
];

/** Names that begin so and stand for another subject, by that subject. */
function aliasesBySubject(state: RegistryState, prefix: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [name, subject] of state.aliases()) {
    if (name.startsWith(prefix)) found.set(subject, [...(found.get(subject) ?? []), name]);
  }
  return found;
}

/** @throws {RestError} 40403 */
function schemaOf(state: RegistryState, request: RegistryRequest): SchemaContent {
  const id = idOf(request);
  const content = state.contentOf(id);
  if (content === undefined) throw refusal.schemaNotFound(id);
  return content;
}

/**
 * `?subject=…`: the version by which that subject holds the schema; without, when the schema was first written. Of one
 * that is deleted softly everywhere, that it is.
 */
function holderOf(state: RegistryState, request: RegistryRequest): object {
  const holders = state.holdersOf(idOf(request), "all");
  const asked = request.query.get("subject");
  const named = asked === null ? null : behind(state, asked);
  const held = named === null ? undefined : holders.findLast((stored) => stored.subject === named);
  const first = Math.min(...holders.flatMap(({ writtenAt }) => writtenAt ?? []));
  return {
    ...(held ? { subject: held.subject, version: held.version } : {}),
    ...(Number.isFinite(first) ? { ts: held?.writtenAt ?? first } : {}),
    deleted: holders.every(({ deleted }) => deleted),
  };
}
