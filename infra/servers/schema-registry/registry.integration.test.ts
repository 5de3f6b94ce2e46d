import { execFile, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import confluent from "@kafkajs/confluent-schema-registry";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import type { Kafka } from "../../runtime/kafka/ports.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import { type ScratchRegistry, scratchRegistry } from "./testing/scratch-registry.ts";

/** A Python that has the client: `pip install "confluent-kafka[avro,schemaregistry]"`. */
const python = process.env["TEST_PYTHON"] ?? "python3";
const hasClient = spawnSync(python, ["-c", "import confluent_kafka.schema_registry.avro"]).status === 0;

const topic = `registry-${randomUUID()}._schemas`;
let kafka: Kafka;
let registry: ScratchRegistry;
const start = (): Promise<ScratchRegistry> => scratchRegistry(kafka, topic, systemClock);

beforeAll(async () => {
  kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "registry-test",
    logger: silentLogger,
    clock: systemClock,
  });
  registry = await start();
});
afterAll(() => registry?.close());

const record = (...fields: object[]): string => JSON.stringify({ type: "record", name: "x.R", fields });
const a = { name: "a", type: "int" };
const b = { name: "b", type: "int", default: 0 };

test("64 registrations at once over HTTP give one id", async () => {
  const answers = await Promise.all(
    Array.from({ length: 64 }, () => registry.ask("POST /subjects/many/versions", { schema: record(a) })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => (body as { id: number }).id)).size).toBe(1);
});

test("64 different schemas at once get 64 ids, and each id gives back its schema", async () => {
  const texts = Array.from({ length: 64 }, (_, i) => record({ name: `f${i}`, type: "int" }));
  const answers = await Promise.all(
    texts.map((schema, i) => registry.ask(`POST /subjects/distinct-${i}/versions`, { schema })),
  );
  const ids = answers.map(({ body }) => (body as { id: number }).id);
  expect(new Set(ids).size).toBe(64);
  const back = await Promise.all(ids.map((id) => registry.ask(`GET /schemas/ids/${id}`)));
  expect(back.map(({ body }) => JSON.parse((body as { schema: string }).schema))).toEqual(
    texts.map((text) => {
      const { fields } = JSON.parse(text) as { fields: unknown };
      return { type: "record", name: "R", namespace: "x", fields };
    }),
  );
});

test("restarted between two producers, it knows what the first registered and goes on numbering", async () => {
  const first = (await registry.ask("POST /subjects/restart/versions", { schema: record(a, b) })).body;
  await registry.ask("PUT /config/restart", { compatibility: "FULL" });
  await registry.close();
  registry = await start();
  expect((await registry.ask("POST /subjects/restart/versions", { schema: record(a, b) })).body).toEqual(
    first,
  );
  expect((await registry.ask("GET /config/restart")).body).toEqual({ compatibilityLevel: "FULL" });
  const second = (
    await registry.ask("POST /subjects/restart/versions", { schema: record(a, { ...b, name: "c" }) })
  ).body;
  expect((second as { id: number }).id).toBe((first as { id: number }).id + 1);
});

test("@kafkajs/confluent-schema-registry works with it unchanged", async () => {
  const client = new confluent.SchemaRegistry({ host: registry.url });
  const type = confluent.SchemaType.AVRO;
  const { id } = await client.register({ type, schema: record(a) }, { subject: "foreign-value" });
  const bytes = await client.encode(id, { a: 7 });
  expect(await new confluent.SchemaRegistry({ host: registry.url }).decode(bytes)).toEqual({ a: 7 });
  expect(await client.getLatestSchemaId("foreign-value")).toBe(id);
  expect(await client.getRegistryId("foreign-value", 1)).toBe(id);
  const next = await client.register({ type, schema: record(a, b) }, { subject: "foreign-value" });
  const reader = new confluent.SchemaRegistry({ host: registry.url }, {
    [type]: { noAnonymousTypes: true },
  } as object);
  expect(await reader.decode(await client.encode(next.id, { a: 1, b: 2 }))).toEqual({ a: 1, b: 2 });
  await expect(
    client.register({ type, schema: record(a, { name: "c", type: "string" }) }, { subject: "foreign-value" }),
  ).rejects.toThrow(/incompatible/i);
  await expect(client.getSchema(999_999)).rejects.toThrow(/not found/i);
});

test.skipIf(!hasClient)(
  'Python\'s confluent-kafka works with it unchanged (without: pip install "confluent-kafka[avro,schemaregistry]")',
  async () => {
    const script = join(
      projectRoot(),
      "infra",
      "servers",
      "schema-registry",
      "testing",
      "confluent_client.py",
    );
    const { stdout } = await promisify(execFile)(python, [script, registry.url]);
    const found = JSON.parse(stdout) as { readonly header: readonly (readonly number[])[] };
    const ids = found.header.map((bytes) => Buffer.from(bytes).readInt32BE(1));
    expect(found).toEqual({
      header: found.header.map((bytes) => [0, ...bytes.slice(1)]),
      read: [
        { station_id: 40380, station_name: "" },
        { station_id: 40380, station_name: "Clark/Lake" },
      ],
      subjects: ["python-value"],
      versions: [1, 2],
      latest: [2, ids[1]],
      found: 1,
      compatible: [true, false],
      config: ["FULL", "FULL"],
      incompatible: [409, 40901],
      unknown: [404, 40403],
      deleted: [1, 2],
      gone: [404, 40401],
    });
  },
);
