import { RestError } from "../../../runtime/http/errors.ts";
import { type Candidate, objections } from "../core/compatibility.ts";
import { asSet, checkedSchema, checkOf, held, versionNumber, versionOf } from "../core/decisions.ts";
import type { StoredVersion } from "../core/records.ts";
import type { RegistryState } from "../core/state.ts";
import type { ApiRoute } from "./handler.ts";
import { flagged, param, type RegistryRequest, schemaRequest } from "./request.ts";

/** `/compatibility…`: may this schema come next? Nothing is written. */
export const compatibilityRoutes: readonly ApiRoute[] = [
  {
    method: "POST",
    path: "/compatibility/subjects/:subject/versions",
    handler: ({ state }, request) => check(state, request, state.versions(param(request, "subject"), "live")),
  },
  {
    method: "POST",
    path: "/compatibility/subjects/:subject/versions/:version",
    handler: ({ state }, request) => {
      const subject = param(request, "subject");
      const wanted = param(request, "version");
      // Whatever comes first fits: a client may ask before it registers.
      const first = versionNumber(wanted) === "latest" && state.versions(subject, "live").length === 0;
      return check(state, request, first ? [] : [versionOf(state, subject, wanted, "live")]);
    },
  },
];

function check(state: RegistryState, request: RegistryRequest, earlier: readonly StoredVersion[]): object {
  const subject = param(request, "subject");
  const config = state.configOf(subject);
  let candidate: Candidate;
  try {
    const sent = asSet(state, subject, schemaRequest(request));
    const { parsed } = checkedSchema(state, sent, checkOf(config));
    candidate = { parsed, ...(sent.metadata && { metadata: sent.metadata }) };
  } catch (error) {
    // Whoever asks for reasons gets this one too.
    if (!flagged(request, "verbose") || !(error instanceof RestError)) throw error;
    return { is_compatible: false, messages: [error.message] };
  }
  const problems = objections(candidate, held(state, earlier), config);
  const verdict = { is_compatible: problems.length === 0 };
  return flagged(request, "verbose") ? { ...verdict, messages: problems } : verdict;
}
