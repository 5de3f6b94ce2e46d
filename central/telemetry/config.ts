import { z } from "zod";
import { brokerList, type Environment, httpUrl, readConfig } from "../../infra/runtime/config.ts";
import { resolveEndpoints } from "../../infra/runtime/endpoints.ts";

const schema = z.object({
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl,
  POSTGRES_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: "give a URL, for example postgresql://user:password@localhost:5432/cta",
  }),
  TOPIC_PREFIX: z.string().default(""),
});

/** @throws {CodedError} CONFIG_INVALID */
export function telemetryConfig(env: Environment): Readonly<z.output<typeof schema>> {
  return readConfig(schema, { ...resolveEndpoints(env), ...env });
}
