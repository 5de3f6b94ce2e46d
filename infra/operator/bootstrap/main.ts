import { Command, InvalidArgumentError } from "commander";
import { EXIT, exitCodeOf } from "../../../schemas/errors.ts";
import { EMBEDDED_LIMITS, topicSettings } from "../../../schemas/topic-settings.ts";
import { topicNames } from "../../../schemas/topics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { createLogger } from "../../runtime/logger.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { postgresAccess } from "../../runtime/security/postgres.ts";
import { configCommand } from "../../runtime/service/config-print.ts";
import { reportFailure } from "../../runtime/service/lifecycle.ts";
import { endWhenUnread } from "../../runtime/service/stdout.ts";
import { migrate } from "../postgres/migrate.ts";
import { migrations } from "../postgres/migrations.ts";
import { bootstrapConfig, bootstrapSettings } from "./config.ts";

async function bootstrap({ partitions }: { readonly partitions: number }): Promise<void> {
  const config = bootstrapConfig(process.env);
  const logger = createLogger("bootstrap", config.LOG_LEVEL);
  const kafka = createKafka({ ...kafkaAccess(config), clientId: "bootstrap", clock: systemClock, logger });
  const topics = topicSettings(topicNames(config.TOPIC_PREFIX), { ...EMBEDDED_LIMITS, partitions });
  const admin = await kafka.admin();
  await admin.ensureTopics(topics).finally(() => admin.close());
  process.stdout.write(`${topics.length} topics are as they must be\n`);
  const applied = await migrate(postgresAccess(config), migrations());
  process.stdout.write(`PostgreSQL: ${applied.length > 0 ? applied.join(", ") : "nothing to do"}\n`);
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("give a whole number, 1 or more");
}

const program = new Command("bootstrap")
  .description(
    "Makes and verifies the topics, PostgreSQL's tables and the stations' rows. Again without harm.",
  )
  .option(
    "--partitions <n>",
    "of topics that are made now; fixed for good",
    positive,
    EMBEDDED_LIMITS.partitions,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage))
  .addHelpText(
    "after",
    "\nnpm start does this by itself; a cluster of your own needs it once.\n\nExamples:\n  npm run bootstrap\n  KAFKA_BROKERS=kafka-1:9092 POSTGRES_URL=postgresql://cta_admin:…@db/cta npm run bootstrap -- --partitions 6",
  )
  .action(bootstrap)
  .addCommand(configCommand([bootstrapSettings], process.env));

endWhenUnread();
try {
  await program.parseAsync();
} catch (error) {
  reportFailure(createLogger("bootstrap"), error);
  process.exitCode = exitCodeOf(error);
}
