import { RestError } from "../../../runtime/http/errors.ts";
import { LEVELS } from "./levels.ts";

/** Every refusal of the registry, with the codes and sentences that Confluent's clients know. */
export const refusal = {
  subjectNotFound: (subject: string) => new RestError(404, 40401, `Subject '${subject}' not found.`),
  versionNotFound: (version: number | string) => new RestError(404, 40402, `Version ${version} not found.`),
  schemaNotFound: (id?: number | string) =>
    new RestError(404, 40403, id === undefined ? "Schema not found" : `Schema ${id} not found`),
  subjectSoftDeleted: (subject: string) =>
    new RestError(
      404,
      40404,
      `Subject '${subject}' was soft deleted.Set permanent=true to delete permanently`,
    ),
  subjectNotSoftDeleted: (subject: string) =>
    new RestError(404, 40405, `Subject '${subject}' was not deleted first before being permanently deleted`),
  versionSoftDeleted: (subject: string, version: number) =>
    new RestError(
      404,
      40406,
      `Subject '${subject}' Version ${version} was soft deleted.Set permanent=true to delete permanently`,
    ),
  versionNotSoftDeleted: (subject: string, version: number) =>
    new RestError(
      404,
      40407,
      `Subject '${subject}' Version ${version} was not deleted first before being permanently deleted`,
    ),
  levelNotConfigured: (subject: string) =>
    new RestError(404, 40408, `Subject '${subject}' does not have subject-level compatibility configured`),
  modeNotConfigured: (subject: string) =>
    new RestError(404, 40409, `Subject '${subject}' does not have subject-level mode configured`),
  incompatible: (subject: string, problems: readonly string[]) =>
    new RestError(
      409,
      40901,
      `Schema being registered is incompatible with an earlier schema for subject "${subject}", details: [${problems.join(", ")}]`,
    ),
  invalidSchema: (problem: string) => new RestError(422, 42201, `Invalid schema: ${problem}`),
  invalidVersion: (version: string) =>
    new RestError(
      422,
      42202,
      `The specified version '${version}' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
    ),
  invalidLevel: () =>
    new RestError(
      422,
      42203,
      `Invalid compatibility level. Valid values are ${LEVELS.map((l) => l.toLowerCase()).join(", ")}`,
    ),
  invalidMode: () =>
    new RestError(
      422,
      42204,
      "Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT",
    ),
  notPermitted: (problem: string) => new RestError(422, 42205, problem),
  referenced: (subject: string, version: number) =>
    new RestError(
      422,
      42206,
      `One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=${subject},version=${version}}.`,
    ),
  invalidRuleSet: (problem: string) => new RestError(422, 42210, `Invalid rule set: ${problem}`),
  invalidSubject: (subject: string) =>
    new RestError(422, 42208, `The specified subject ${JSON.stringify(subject)} is not a valid subject.`),
  storeFailed: (problem: string) => new RestError(500, 50001, `Error in the backend data store: ${problem}`),
  storeTimedOut: (problem: string) => new RestError(500, 50002, `Operation timed out: ${problem}`),
  notReady: () => new RestError(503, 503, "the schemas are still being read back from Kafka"),
} as const;
