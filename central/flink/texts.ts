import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import type { KafkaAccess } from "../../infra/runtime/security/kafka.ts";
import type { Topics } from "../../schemas/topics.ts";
import { kafkaLogin, registryLogin } from "./logins.ts";
import { quoted } from "./script.ts";

/** The values' schema just as ksqlDB registers it: with a doc or an alias it would be another one, of another id. */
export const SUMMARY_SCHEMA: ReturnType<typeof schemaJson> = {
  type: "record",
  name: "KsqlDataSourceSchema",
  namespace: "io.confluent.ksql.avro_schemas",
  fields: [{ name: "COUNT", type: ["null", "long"], default: null }],
};

/** What the statements need of the world, before they can be written. */
interface World {
  readonly topics: Topics;
  readonly kafka: KafkaAccess;
  readonly registry: { readonly url: string; readonly user?: string; readonly password?: string };
  /** Of the topic of entries. */
  readonly partitions: number;
  /** The id under which the registry has the schema of the table's keys. */
  readonly keySchemaId: number;
}

/** The text of each `${name}` in central/flink/turnstile.sql, but for the job's name. */
export function textsOf({ topics, kafka, registry, partitions, keySchemaId }: World): Record<string, string> {
  const { turnstiles, turnstileSummary: summary } = topics;
  return {
    turnstiles: quoted(turnstiles),
    summary: quoted(summary),
    group: quoted(groupOf(topics)),
    brokers: quoted(kafka.brokers.join(",")),
    registry: quoted(registry.url),
    kafka_login: kafkaLogin(kafka),
    registry_login: registryLogin(registry.user, registry.password),
    partitions: String(partitions),
    key_header: `00${keySchemaId.toString(16).padStart(8, "0")}`,
    turnstile_schema: quoted(JSON.stringify(schemaJson("turnstile"))),
    summary_schema: quoted(JSON.stringify(SUMMARY_SCHEMA)),
  };
}

/** Those of the texts that say where something is, and how to log in there. */
export const ADDRESSES = ["brokers", "registry", "kafka_login", "registry_login"] as const;

/** Flink's consumer group, and what its transactions' names begin with. */
export function groupOf({ turnstileSummary }: Topics): string {
  return `flink.${turnstileSummary}`;
}

/**
 * Register the schemas of what Flink reads and writes, as dedup and ksqlDB do: Flink itself would name them its own way.
 *
 * @returns the id of the table's keys.
 * @throws {CodedError} REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE
 */
export async function registerSchemas(
  registry: Pick<RegistryClient, "register">,
  { turnstiles, turnstileSummary }: Topics,
): Promise<number> {
  await registry.register(`${turnstiles}-key`, schemaJson("station-id"));
  await registry.register(`${turnstiles}-value`, schemaJson("turnstile"));
  await registry.register(`${turnstileSummary}-value`, SUMMARY_SCHEMA);
  return registry.register(`${turnstileSummary}-key`, schemaJson("station-id"));
}
