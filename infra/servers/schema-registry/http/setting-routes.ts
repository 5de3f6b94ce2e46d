import { refusal } from "../core/errors.ts";
import { clearLevel, clearMode, setLevel, setMode } from "../core/settings.ts";
import type { ApiRoute } from "./handler.ts";
import { flagged, param } from "./request.ts";

/** What else Confluent's registry lets `PUT /config` set, and does something by. */
const OTHER_SETTINGS = [
  "alias",
  "aliasForDeks",
  "normalize",
  "validateFields",
  "validateRules",
  "compatibilityPolicy",
  "compatibilityGroup",
  "defaultMetadata",
  "overrideMetadata",
  "defaultRuleSet",
  "overrideRuleSet",
] as const;

/** @throws {RestError} 42205: a setting that would be taken and do nothing. */
function levelIn(body: Readonly<Record<string, unknown>>): unknown {
  const other =
    OTHER_SETTINGS.find((name) => ![undefined, null, false].includes(body[name] as null)) ??
    // Every new schema is checked here.
    (body["validateNewSchemas"] === false ? "validateNewSchemas=false" : undefined);
  if (other !== undefined)
    throw refusal.notPermitted(`The setting ${other} is not supported by this registry`);
  return body["compatibility"];
}

/** `/config…` and `/mode…`, for all subjects and for one. */
export const settingRoutes: readonly ApiRoute[] = [
  {
    method: "GET",
    path: "/config",
    handler: ({ state }) => ({ compatibilityLevel: state.ownLevel(null) ?? "BACKWARD" }),
  },
  {
    method: "PUT",
    path: "/config",
    handler: (store, request) => {
      const level = levelIn(request.body());
      return store.write((state) => setLevel(state, null, level));
    },
  },
  { method: "DELETE", path: "/config", handler: (store) => store.write((state) => clearLevel(state, null)) },
  {
    method: "GET",
    path: "/config/:subject",
    handler: ({ state }, request) => {
      const subject = param(request, "subject");
      const level = flagged(request, "defaultToGlobal") ? state.levelOf(subject) : state.ownLevel(subject);
      if (!level) throw refusal.levelNotConfigured(subject);
      return { compatibilityLevel: level };
    },
  },
  {
    method: "PUT",
    path: "/config/:subject",
    handler: (store, request) => {
      const level = levelIn(request.body());
      return store.write((state) => setLevel(state, param(request, "subject"), level));
    },
  },
  {
    method: "DELETE",
    path: "/config/:subject",
    handler: (store, request) => store.write((state) => clearLevel(state, param(request, "subject"))),
  },
  { method: "GET", path: "/mode", handler: ({ state }) => ({ mode: state.modeOf(null) }) },
  {
    method: "PUT",
    path: "/mode",
    handler: (store, request) => {
      const { mode } = request.body();
      return store.write((state) => setMode(state, null, mode, flagged(request, "force")));
    },
  },
  { method: "DELETE", path: "/mode", handler: (store) => store.write((state) => clearMode(state, null)) },
  {
    method: "GET",
    path: "/mode/:subject",
    handler: ({ state }, request) => {
      const subject = param(request, "subject");
      const mode = flagged(request, "defaultToGlobal") ? state.modeOf(subject) : state.ownMode(subject);
      if (!mode) throw refusal.modeNotConfigured(subject);
      return { mode };
    },
  },
  {
    method: "PUT",
    path: "/mode/:subject",
    handler: (store, request) => {
      const { mode } = request.body();
      return store.write((state) =>
        setMode(state, param(request, "subject"), mode, flagged(request, "force")),
      );
    },
  },
  {
    method: "DELETE",
    path: "/mode/:subject",
    handler: (store, request) => store.write((state) => clearMode(state, param(request, "subject"))),
  },
];
