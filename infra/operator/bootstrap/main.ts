import { InvalidArgumentError } from "commander";
import { BUILT_IN_LIMITS, topicSettings } from "../../../schemas/topic-settings.ts";
import { topicNames } from "../../../schemas/topics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { postgresAccess } from "../../runtime/security/postgres.ts";
import { logSettings, readConfig } from "../../runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../runtime/service/program.ts";
import { administer, lendPublications, takePublications } from "../postgres/administer.ts";
import { migrate } from "../postgres/migrate.ts";
import { migrations } from "../postgres/migrations.ts";
import { bootstrapSettings } from "./config.ts";

const { env } = process;
const name = "bootstrap";

interface Options {
  readonly partitions: number;
  readonly topicsOnly?: boolean;
}

async function bootstrap({ partitions, topicsOnly = false }: Options): Promise<void> {
  const config = readConfig(bootstrapSettings, env);
  const logger = commandLogger(name, env);
  const kafka = createKafka({ ...kafkaAccess(config), clientId: "bootstrap", clock: systemClock, logger });
  const topics = topicSettings(topicNames(config.TOPIC_PREFIX), { ...BUILT_IN_LIMITS, partitions });
  const admin = await kafka.admin();
  await admin.ensureTopics(topics).finally(() => admin.close());
  process.stdout.write(`${topics.length} topics are as they must be\n`);
  if (topicsOnly) return;
  const access = postgresAccess(config);
  const { POSTGRES_ADMIN_PASSWORD: password } = config;
  if (password !== undefined) {
    await administer(access, password);
    await lendPublications(access, password);
  }
  const applied = await migrate(access, migrations());
  if (password !== undefined) await takePublications(access, password);
  process.stdout.write(`PostgreSQL: ${applied.length > 0 ? applied.join(", ") : "nothing to do"}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("give a whole number, 1 or more");
}

const program = createProgram({
  name,
  description:
    "Makes and verifies the topics, PostgreSQL's tables and the stations' rows. Again without harm.\n\n" +
    "npm start does this by itself; a cluster of your own needs it once.",
  settings: [bootstrapSettings, logSettings],
  examples: `  npm run bootstrap
  KAFKA_BROKERS=kafka-1:9092 POSTGRES_URL=postgresql://cta_admin:…@db/cta npm run bootstrap -- --partitions 6`,
  env,
})
  .option(
    "--partitions <n>",
    "of topics that are made now; fixed for good",
    positive,
    BUILT_IN_LIMITS.partitions,
  )
  .option("--topics-only", "leave PostgreSQL alone: what starts before the rest is there needs no more")
  .action(bootstrap);

await runProgram(program);
