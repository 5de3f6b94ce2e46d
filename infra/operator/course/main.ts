import { EXIT } from "../../../schemas/errors.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { registryApi } from "../../runtime/registry/api.ts";
import { createRegistryClient } from "../../runtime/registry/client.ts";
import { avroDecoder } from "../../runtime/registry/codec.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { mustAnswer } from "../../runtime/service/answering.ts";
import { logSettings, readConfig } from "../../runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../runtime/service/program.ts";
import { printableLines } from "../../runtime/text/printable.ts";
import { courseChecks } from "./checks.ts";
import { courseSettings } from "./config.ts";
import { gather } from "./gather.ts";

const { env } = process;
const name = "course";

/** Rows of the database's table: each of its stops has one. */
const STOPS = 230;

/** @throws {CodedError} DEPENDENCY_UNAVAILABLE */
async function check(options: { readonly json?: boolean }): Promise<void> {
  const config = readConfig(courseSettings, env);
  for (const server of ["KAFKA_BROKERS", "SCHEMA_REGISTRY_URL"] as const) await mustAnswer(server, env);
  const around = { clock: systemClock, logger: commandLogger(name, env) };
  const registry = httpAccess("SCHEMA_REGISTRY", config);
  const facts = await gather({
    kafka: createKafka({ ...kafkaAccess(config), ...around, clientId: name }),
    registry: registryApi(registry),
    avro: avroDecoder(createRegistryClient({ ...registry, ...around })),
    connect: httpAccess("CONNECT", config),
    ksql: httpAccess("KSQLDB", config),
  });
  const results = courseChecks(facts, STOPS);
  const passed = results.filter((result) => result.passed).length;
  const lines = results.map(
    (result, i) =>
      `${result.passed ? "pass" : "FAIL"} ${String(i + 1).padStart(2)} ${result.title}\n        ${result.reason}`,
  );
  const text = options.json
    ? JSON.stringify(results, null, 2)
    : [...lines, `${passed} of ${results.length} pass`].join("\n");
  process.stdout.write(`${printableLines(text)}\n`);
  if (passed < results.length) process.exitCode = EXIT.failure;
}

const program = createProgram({
  name,
  description:
    "Your own solution of the Kafka course, on npm run infra: what it left in the servers, looked at.",
  settings: [courseSettings, logSettings],
  examples: `  npm run course -- check
  npm run --silent course -- check --json`,
  env,
});

program
  .command("check")
  .description("the course's fifteen checks, each with what was found; exit code 1 when one does not pass")
  .option("--json", "for programs")
  .action(check);

await runProgram(program);
