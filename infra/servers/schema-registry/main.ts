import { logSettings } from "../../runtime/service/config.ts";
import { createProgram, runProgram } from "../../runtime/service/program.ts";
import { serve } from "../../runtime/service/serve.ts";
import { registryServerSettings } from "./config.ts";

const { env } = process;
const name = "schema-registry";

const program = createProgram({
  name,
  description:
    "Schemas by id and subject, over the API of Confluent's Schema Registry (Avro, JSON Schema, Protobuf).",
  settings: [registryServerSettings, logSettings],
  examples: `  KAFKA_BROKERS=localhost:9092 SCHEMA_REGISTRY_PORT=8081 schema-registry
  curl -s localhost:8081/subjects`,
  env,
}).action(() =>
  serve({ name, services: [{ name, load: () => import("./service.ts") }], env, probes: false }),
);

await runProgram(program);
