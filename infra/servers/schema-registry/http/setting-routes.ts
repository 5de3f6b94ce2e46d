import { refusal } from "../core/errors.ts";
import { clearConfig, clearMode, setConfig, setMode, shownConfig } from "../core/settings.ts";
import { configUpdate, putAnswer } from "./config-body.ts";
import type { ApiRoute } from "./handler.ts";
import { flagged, settingSubject } from "./request.ts";

/** `/config…` and `/mode…`, for all subjects and for one. */
export const settingRoutes: readonly ApiRoute[] = ["", "/:subject"].flatMap(routesOf);

function routesOf(path: string): readonly ApiRoute[] {
  return [
    {
      method: "GET",
      path: `/config${path}`,
      handler: ({ state }, request) => {
        const subject = settingSubject(request);
        const own = state.ownConfig(subject);
        if (subject === null) return shownConfig(own ?? {}, null);
        if (flagged(request, "defaultToGlobal")) return shownConfig(state.configOf(subject), null);
        if (!own) throw refusal.levelNotConfigured(subject);
        return shownConfig(own, subject);
      },
    },
    {
      method: "PUT",
      path: `/config${path}`,
      handler: async (store, request) => {
        const update = configUpdate(request.body());
        return putAnswer(await store.write((state) => setConfig(state, settingSubject(request), update)));
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
