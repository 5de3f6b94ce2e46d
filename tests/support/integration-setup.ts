import type {} from "vitest";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** `host:port` of a Kafka broker shared by the run: use a topic prefix of your own. */
    kafka: string;
  }
}

export default function setup(project: TestProject): void {
  project.provide("kafka", process.env["TEST_KAFKA_BROKERS"] ?? "127.0.0.1:19092");
}
