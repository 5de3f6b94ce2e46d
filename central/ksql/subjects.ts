import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import { topicNames } from "../../schemas/topics.ts";

/**
 * Register the schemas of the topics that the script reads, as dedup does: ksqlDB infers a stream's columns from them,
 * and would register its own, foreign ones under a subject that has none.
 *
 * @throws {CodedError} REGISTRY_UNAVAILABLE, REGISTRY_INCOMPATIBLE
 */
export async function registerSourceSchemas(registry: RegistryClient, topicPrefix: string): Promise<void> {
  const { turnstiles } = topicNames(topicPrefix);
  await registry.register(`${turnstiles}-key`, schemaJson("station-id"));
  await registry.register(`${turnstiles}-value`, schemaJson("turnstile"));
}
