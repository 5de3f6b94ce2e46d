import "vitest";

/** What `tests/support/integration-setup.ts` provides to the integration tests of all stages. */
declare module "vitest" {
  export interface ProvidedContext {
    /** `host:port` of a Kafka broker shared by the run: use a topic prefix of your own. */
    kafka: string;
  }
}
