import { RestError } from "../../../runtime/http/errors.ts";
import { refusal } from "../core/errors.ts";
import {
  type ConfigUpdate,
  checkedLevel,
  clearConfig,
  clearMode,
  setConfig,
  setMode,
  shownConfig,
} from "../core/settings.ts";
import type { ApiRoute } from "./handler.ts";
import { flagged, type RegistryRequest, settingSubject } from "./request.ts";

/** What else Confluent's registry lets `PUT /config` set, and does something by. */
const OTHER_SETTINGS = [
  "alias",
  "aliasForDeks",
  "validateFields",
  "validateRules",
  "compatibilityPolicy",
  "compatibilityGroup",
  "defaultMetadata",
  "overrideMetadata",
  "defaultRuleSet",
  "overrideRuleSet",
] as const;

/** @throws {RestError} 400, 42203; 42205: a setting that would be taken and do nothing. */
function configIn(request: RegistryRequest): ConfigUpdate {
  const body = request.body();
  const other =
    OTHER_SETTINGS.find((name) => ![undefined, null, false].includes(body[name] as null)) ??
    // Every new schema is checked here.
    (body["validateNewSchemas"] === false ? "validateNewSchemas=false" : undefined);
  if (other !== undefined)
    throw refusal.notPermitted(`The setting ${other} is not supported by this registry`);
  const { compatibility, normalize } = body;
  if (normalize === undefined || normalize === null) return { compatibility: checkedLevel(compatibility) };
  if (typeof normalize !== "boolean") throw new RestError(400, 400, "normalize is true or false");
  const isAlone = compatibility === undefined || compatibility === null;
  return { ...(isAlone ? {} : { compatibility: checkedLevel(compatibility) }), normalize };
}

/** `/config…` and `/mode…`, for all subjects and for one. */
export const settingRoutes: readonly ApiRoute[] = ["", "/:subject"].flatMap(routesOf);

function routesOf(path: string): readonly ApiRoute[] {
  return [
    {
      method: "GET",
      path: `/config${path}`,
      handler: ({ state }, request) => {
        const subject = settingSubject(request);
        if (subject === null) return shownConfig(state.ownConfig(null) ?? { level: null }, null);
        const own = state.ownConfig(subject);
        if (!flagged(request, "defaultToGlobal")) {
          if (!own) throw refusal.levelNotConfigured(subject);
          return shownConfig(own, subject);
        }
        const normalize = state.normalizes(subject);
        const level = state.levelOf(subject);
        return shownConfig({ level, ...(normalize === undefined ? {} : { normalize }) }, subject);
      },
    },
    {
      method: "PUT",
      path: `/config${path}`,
      handler: (store, request) => {
        const update = configIn(request);
        return store.write((state) => setConfig(state, settingSubject(request), update));
      },
    },
    {
      method: "DELETE",
      path: `/config${path}`,
      handler: (store, request) => store.write((state) => clearConfig(state, settingSubject(request))),
    },
    {
      method: "GET",
      path: `/mode${path}`,
      handler: ({ state }, request) => {
        const subject = settingSubject(request);
        const isGlobal = subject === null || flagged(request, "defaultToGlobal");
        const mode = isGlobal ? state.modeOf(subject) : state.ownMode(subject);
        if (!mode) throw refusal.modeNotConfigured(subject ?? "");
        return { mode };
      },
    },
    {
      method: "PUT",
      path: `/mode${path}`,
      handler: (store, request) => {
        const { mode } = request.body();
        const force = flagged(request, "force");
        return store.write((state) => setMode(state, settingSubject(request), mode, force));
      },
    },
    {
      method: "DELETE",
      path: `/mode${path}`,
      handler: (store, request) => store.write((state) => clearMode(state, settingSubject(request))),
    },
  ];
}
