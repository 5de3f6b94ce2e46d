import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { logSettings, readConfig } from "../../infra/runtime/service/config.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import { commandLogger, createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { printableLines } from "../../infra/runtime/text/printable.ts";
import { topicNames } from "../../schemas/topics.ts";
import { applyStatements, stopJobs, tellStatus } from "./apply.ts";
import { checkpointsBelow } from "./checkpoints.ts";
import { flinkGateway } from "./client.ts";
import { flinkClientConfig } from "./config.ts";
import { refuseForeignRows } from "./foreign-rows.ts";
import { stoppedJobs } from "./stopped.ts";
import { ADDRESSES, registerSchemas, textsOf } from "./texts.ts";

const PATIENCE_MS = 120_000;
const SCRIPT = join(projectRoot(), "central", "flink", "turnstile.sql");

const { env } = process;
const name = "flink";

function open() {
  const config = readConfig(flinkClientConfig, env);
  const { url, fetch: send } = httpAccess("FLINK_SQL_GATEWAY", config);
  const topics = topicNames(config.TOPIC_PREFIX);
  return {
    config,
    topics,
    target: {
      gateway: flinkGateway({ url, clock: systemClock, send }),
      table: topics.turnstileSummary,
      stopped: stoppedJobs(homeOf(env)),
      tell: (line: string): void => void process.stdout.write(`${printableLines(line)}\n`),
    },
  };
}

/** @throws {CodedError} what the servers answer */
async function apply(file: string, { from }: { readonly from?: string }): Promise<void> {
  const { config, topics, target } = open();
  const logger = commandLogger(name, env);
  const access = kafkaAccess(config);
  const kafka = createKafka({ ...access, clientId: "flink-apply", clock: systemClock, logger });
  const registryAccess = httpAccess("SCHEMA_REGISTRY", config);
  const registry = createRegistryClient({ ...registryAccess, logger, clock: systemClock });
  const keySchemaId = await registerSchemas(registry, topics).catch(async (error: unknown) => {
    // It has waited for a while. Without any server, more can be said.
    await mustAnswer("SCHEMA_REGISTRY_URL", env);
    throw error;
  });
  const admin = await kafka.admin();
  try {
    const { SCHEMA_REGISTRY_USER: user, SCHEMA_REGISTRY_PASSWORD: password } = config;
    await applyStatements({
      ...target,
      ...defined({ from }),
      clock: systemClock,
      patienceMs: PATIENCE_MS,
      addresses: ADDRESSES,
      checkpoints: checkpointsBelow(join(homeOf(env), "flink", "checkpoints")),
      sql: readFileSync(file, "utf8"),
      texts: textsOf({
        topics,
        kafka: access,
        registry: { url: registryAccess.url, ...defined({ user, password }) },
        partitions: await admin.partitionsOf(topics.turnstiles),
        keySchemaId,
      }),
      mayBegin: () => refuseForeignRows(kafka, admin, topics.turnstileSummary),
    });
  } finally {
    await admin.close();
  }
}

const program = createProgram({
  name,
  description: "The sums on Apache Flink: statements for a session cluster, by its SQL gateway.",
  settings: [flinkClientConfig, logSettings],
  examples: `  npm run flink -- apply
  npm run flink -- status
  npm run flink -- stop`,
  env,
});
program
  .command("apply")
  .description("start the job that writes the sums; again without harm, and a changed file takes its place")
  .argument("[file]", "a file of Flink SQL", SCRIPT)
  .option("--from <path>", "a savepoint or checkpoint to go on from")
  .action(apply);
program
  .command("status")
  .description("which job writes the sums; ends with 1 when none runs")
  .action(async () => {
    const { target } = open();
    await mustAnswer("FLINK_SQL_GATEWAY_URL", env);
    process.exitCode = await tellStatus(target);
  });
program
  .command("stop")
  .description("stop it at a savepoint, from which the next apply goes on")
  .action(async () => {
    const { target } = open();
    await mustAnswer("FLINK_SQL_GATEWAY_URL", env);
    await stopJobs(target);
  });

await runProgram(program);
