import { z } from "zod";
import { brokerList, type Environment, flag, httpUrl, readConfig } from "../../infra/runtime/config.ts";
import { resolveEndpoints } from "../../infra/runtime/endpoints.ts";

const schema = z.object({
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl,
  TOPIC_PREFIX: z.string().default(""),
  /** Also write each clean record to its station's own topic. */
  DEDUP_STATION_TOPICS: flag.default(true),
});

type DedupConfig = z.output<typeof schema>;

/** @throws {CodedError} CONFIG_INVALID */
export function dedupConfig(env: Environment): Readonly<DedupConfig> {
  return readConfig(schema, { ...resolveEndpoints(env), ...env });
}
