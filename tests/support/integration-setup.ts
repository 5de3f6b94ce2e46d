import type {} from "vitest";
import type { TestProject } from "vitest/node";
import { startServers } from "./servers.ts";

/** One Kafka for the whole run, or with TEST_KAFKA_BROKERS one that runs already: quicker while developing. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEST_KAFKA_BROKERS"];
  if (given) {
    project.provide("kafka", given);
    return async () => {};
  }
  const servers = await startServers(["kafka"]);
  project.provide("kafka", servers.addresses.KAFKA_BROKERS);
  return () => servers.stop();
}
