import { RestError } from "../../../runtime/http/errors.ts";
import { presentedContent } from "../core/content.ts";
import { parseMetadata, parseRuleSet } from "../core/data-contract.ts";
import { versionOf } from "../core/decisions.ts";
import { refusal } from "../core/errors.ts";
import { type TagRequest, tagVersion } from "../core/tagging.ts";
import { parseTags } from "../core/tags.ts";
import type { ApiRoute } from "./handler.ts";
import { param } from "./request.ts";

/** `/subjects/…/versions/…/tags`: tags of a version's schema, which make its next version. */
export const tagRoutes: readonly ApiRoute[] = [
  {
    method: "POST",
    path: "/subjects/:subject/versions/:version/tags",
    handler: async (store, request) => {
      const sent = tagRequest(request.body());
      const subject = param(request, "subject");
      const { id, version, content } = await store.write((state) =>
        tagVersion(state, versionOf(state, subject, param(request, "version"), "live"), sent),
      );
      return { id, version, ...presentedContent(content) };
    },
  },
];

/** @throws {RestError} 400, 42201, 42210 */
function tagRequest(body: Readonly<Record<string, unknown>>): TagRequest {
  const metadata = parseMetadata(body["metadata"]);
  const ruleSet = parseRuleSet(body["ruleSet"]);
  const rulesToMerge = parseRuleSet(body["rulesToMerge"]);
  const rulesToRemove = namesIn(body["rulesToRemove"]);
  const newVersion = body["newVersion"] ?? undefined;
  if (newVersion !== undefined && !(Number.isSafeInteger(newVersion) && (newVersion as number) > 0))
    throw new RestError(400, 400, "newVersion is the number of a version");
  if (ruleSet && (rulesToMerge || rulesToRemove))
    throw refusal.invalidRuleSet("ruleSet should be omitted if specifying rulesToMerge or rulesToRemove");
  return {
    changes: {
      add: parseTags(body["tagsToAdd"], "tagsToAdd"),
      remove: parseTags(body["tagsToRemove"], "tagsToRemove"),
    },
    ...(metadata && { metadata }),
    ...(ruleSet && { ruleSet }),
    ...(rulesToMerge && { rulesToMerge }),
    ...(rulesToRemove && { rulesToRemove }),
    ...(newVersion === undefined ? {} : { newVersion: newVersion as number }),
  };
}

function namesIn(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw new RestError(400, 400, "rulesToRemove is a list of names");
}
