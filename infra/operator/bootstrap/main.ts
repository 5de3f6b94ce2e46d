import { InvalidArgumentError } from "commander";
import { CodedError } from "../../../schemas/errors.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../../schemas/topic-settings.ts";
import { type Topics, topicNames } from "../../../schemas/topics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { defined } from "../../runtime/defined.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { asTheyAre, partitionsInForce } from "../../runtime/kafka/partitions.ts";
import type { KafkaAdmin } from "../../runtime/kafka/ports.ts";
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
  readonly partitions?: number;
  readonly topicsOnly?: boolean;
}

async function bootstrap({ partitions, topicsOnly = false }: Options): Promise<void> {
  const config = readConfig(bootstrapSettings, env);
  const logger = commandLogger(name, env);
  const kafka = createKafka({ ...kafkaAccess(config), clientId: "bootstrap", clock: systemClock, logger });
  const names = topicNames(config.TOPIC_PREFIX);
  const admin = await kafka.admin();
  const topics = await ensured(admin, names, partitions).finally(() => admin.close());
  process.stdout.write(`${topics} topics are as they must be\n`);
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

/**
 * @param partitions - of the topics that are partitioned by station; left out: as many as they have.
 * @returns how many topics there are.
 */
async function ensured(admin: KafkaAdmin, names: Topics, partitions: number | undefined): Promise<number> {
  const wanted = topicSettings(names, { ...BUILT_IN_LIMITS, ...defined({ partitions }) });
  const inForce = await partitionsInForce(admin, names);
  if (inForce !== undefined && partitions !== undefined && partitions !== inForce) {
    throw new CodedError("KAFKA_TOPIC_MISMATCH", {
      message: `there are ${inForce} partitions, not ${partitions}: npm run partitions -- --to ${partitions} changes that`,
      retryable: false,
      context: { topic: names.raw, expected: partitions, found: inForce },
    });
  }
  const topics = await asTheyAre(admin, names, wanted);
  await admin.ensureTopics(topics);
  return topics.length;
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
    `of a system that is made now, ${BUILT_IN_LIMITS.partitions} by default; npm run partitions changes it later`,
    positive,
  )
  .option("--topics-only", "leave PostgreSQL alone: what starts before the rest is there needs no more")
  .action(bootstrap);

await runProgram(program);
