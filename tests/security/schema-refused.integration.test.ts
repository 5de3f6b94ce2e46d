import { afterAll, expect, test } from "vitest";
import { testGateway } from "../../gateway/testing/fixture.ts";
import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { scratchRegistry } from "../../infra/servers/schema-registry/testing/scratch-registry.ts";
import { TOPICS } from "../../schemas/topics.ts";

const registry = await scratchRegistry(memoryKafka());
afterAll(() => registry.close());

const start = () =>
  testGateway(memoryKafka(), {
    registry: createRegistryClient({
      url: registry.url,
      fetch,
      logger: silentLogger,
      clock: systemClock,
    }),
  });

test("a schema that cannot follow the one that is registered stops the gateway's start, with the difference", async () => {
  const { fields, ...ours } = schemaJson("reading-batch") as unknown as { fields: { name: string }[] };
  // As an older writer had it: without a field of today, which has no default.
  const older = { ...ours, fields: fields.filter(({ name }) => name !== "agentBoot") };
  const line = `POST /subjects/${TOPICS.raw}-value/versions`;
  expect((await registry.ask(line, { schema: JSON.stringify(older) })).status).toBe(200);
  const failure = await start().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "REGISTRY_INCOMPATIBLE", retryable: false });
  for (const part of [`${TOPICS.raw}-value`, "READER_FIELD_MISSING_DEFAULT_VALUE", "agentBoot"]) {
    expect(String(failure)).toContain(part);
  }
});
