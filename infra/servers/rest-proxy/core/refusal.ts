import { RestError } from "../../../runtime/http/errors.ts";

/** Every refusal of a whole request, with Confluent's codes. Those of single records are in `results.ts`. */
export const refusal = {
  badRequest: (problem: string) => new RestError(400, 400, `Bad Request: ${problem}`),
  illegalTopic: (topic: string) => new RestError(400, 40002, `"${topic}" is not a legal topic name`),
  topicNotFound: () => new RestError(404, 40401, "Topic not found."),
  partitionNotFound: () => new RestError(404, 40402, "Partition not found."),
  topicUnknown: () => new RestError(404, 40403, "This server does not host this topic-partition."),
  notAcceptable: () => new RestError(406, 406, "HTTP 406 Not Acceptable"),
  unsupportedType: () => new RestError(415, 415, "HTTP 415 Unsupported Media Type"),
  unprocessable: (problem: string) => new RestError(422, 422, problem),
  keySchemaMissing: () =>
    new RestError(422, 42201, "Keys need a schema: give key_schema or key_schema_id with the request"),
  valueSchemaMissing: () =>
    new RestError(422, 42202, "Values need a schema: give value_schema or value_schema_id with the request"),
  invalidSchema: (problem: string) => new RestError(422, 42205, `Invalid schema: ${problem}`),
  registryFailed: (problem: string) => new RestError(422, 42207, `Error serializing message: ${problem}`),
  kafkaUnavailable: (problem: string) => new RestError(503, 50302, `Broker not available: ${problem}`),
} as const;
