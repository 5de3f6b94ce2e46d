import { InvalidArgumentError } from "commander";
import { ownSchemasOf } from "../../../schemas/topic-schemas.ts";
import { topicNames } from "../../../schemas/topics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../runtime/registry/client.ts";
import { avroDecoder } from "../../runtime/registry/codec.ts";
import { httpAccess } from "../../runtime/security/http.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { recordSettings } from "../../runtime/security/record-settings.ts";
import { mustAnswer } from "../../runtime/service/answering.ts";
import { logSettings, readConfig } from "../../runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../runtime/service/program.ts";
import { printableLines } from "../../runtime/text/printable.ts";
import { describe, jsonLine, readable } from "./decode.ts";
import { peek } from "./peek.ts";
import { folded, summarize, topicTable } from "./topics.ts";

const { env } = process;
const name = "inspect";
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/**
 * Kafka and the registry, of the running system or of the environment.
 *
 * @throws {CodedError} CONFIG_INVALID; DEPENDENCY_UNAVAILABLE at once when there is no Kafka
 */
async function open() {
  const config = readConfig(recordSettings, env);
  await mustAnswer("KAFKA_BROKERS", env);
  const around = { clock: systemClock, logger: commandLogger(name, env) };
  return {
    topics: topicNames(config.TOPIC_PREFIX),
    kafka: createKafka({ ...kafkaAccess(config), ...around, clientId: "inspect" }),
    avro: avroDecoder(createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), ...around })),
  };
}

async function listTopics(options: { readonly all?: boolean; readonly json?: boolean }): Promise<void> {
  const admin = await (await open()).kafka.admin();
  const topics = await summarize(admin, options.all ?? false).finally(() => admin.close());
  print(
    printableLines(
      options.json ? JSON.stringify(topics, null, 2) : topicTable(options.all ? topics : folded(topics)),
    ),
  );
}

interface PeekFlags {
  readonly fromBeginning?: boolean;
  readonly limit?: number;
  readonly follow: boolean;
  readonly json?: boolean;
}

async function showRecords(topic: string, flags: PeekFlags): Promise<void> {
  const { kafka, avro, topics } = await open();
  const own = ownSchemasOf(topic, topics);
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const { limit } = flags;
  const options = {
    topic,
    fromBeginning: flags.fromBeginning ?? false,
    follow: flags.follow,
    signal: stop.signal,
  };
  await peek(kafka, { ...options, ...(limit === undefined ? {} : { limit }) }, async (record) => {
    const shown = await readable(record, avro, own);
    print(flags.json ? jsonLine(shown) : describe(shown));
  });
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("give a whole number, 1 or more");
}

const program = createProgram({
  name,
  description: "Looks into Kafka: topics, and their records decoded.",
  settings: [recordSettings, logSettings],
  examples: `  npm run topics
  npm run peek -- org.chicago.cta.arrivals --limit 5`,
  env,
});

program
  .command("topics")
  .description("the topics, with partitions, replicas and how much was written")
  .option("--all", "also Kafka's own, and each station's by itself")
  .option("--json", "for programs")
  .addHelpText("after", "\nExamples:\n  npm run topics\n  npm run --silent topics -- --all --json")
  .action(listTopics);

program
  .command("peek")
  .description("print records with time, partition@offset, key, value and headers; Avro and JSON are decoded")
  .argument("<topic>", "its whole name; npm run topics lists them")
  .option("--from-beginning", "from the oldest record instead of the next new one")
  .option("--limit <n>", "end after so many", positive)
  .option("--no-follow", "end when everything that is there now has been printed")
  .option("--json", "a line of JSON per record")
  .addHelpText(
    "after",
    `
Examples:
  npm run peek -- org.chicago.cta.arrivals --limit 5
  npm run peek -- org.chicago.cta.stations.table --from-beginning --no-follow
  npm run --silent peek -- TURNSTILE_SUMMARY --from-beginning --no-follow --json | tail -3`,
  )
  .action(showRecords);

await runProgram(program);
