import { InvalidArgumentError } from "commander";
import { EXIT } from "../../../schemas/errors.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { kafkaAccess } from "../../runtime/security/kafka.ts";
import { mustAnswer } from "../../runtime/service/answering.ts";
import { logSettings, readConfig } from "../../runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../runtime/service/program.ts";
import { partitionSettings } from "./config.ts";
import { type GrowthOptions, grow, preview } from "./growth.ts";

const { env } = process;
const name = "partitions";

/** What runs writes something within this time: an auditor each second, agents at least every few. */
const QUIET_MS = 8_000;
/** More would be more than one broker can lead well. */
const MOST = 1_024;

interface Options {
  readonly to: number;
  readonly dryRun?: boolean;
}

async function change({ to, dryRun = false }: Options): Promise<void> {
  const config = readConfig(partitionSettings, env);
  await mustAnswer("KAFKA_BROKERS", env);
  const logger = commandLogger(name, env);
  const options: GrowthOptions = {
    kafka: createKafka({ ...kafkaAccess(config), clientId: name, clock: systemClock, logger }),
    prefix: config.TOPIC_PREFIX,
    ...{ to, clock: systemClock, quietMs: QUIET_MS },
    say: (line) => process.stdout.write(`${line}\n`),
  };
  if (dryRun) {
    await show(options);
    return;
  }
  const { from, stations, records } = await grow(options);
  const moved = `${stations} stations moved, with ${records} records of state`;
  process.stdout.write(
    from === to ? `there are ${to} partitions already\n` : `${from} to ${to} partitions: ${moved}\n`,
  );
}

async function show(options: GrowthOptions): Promise<void> {
  const { from, to, stations, records, obstacles } = await preview(options);
  process.stdout.write(
    `${from} to ${to} partitions would move ${stations} stations, with ${records} records of state\n`,
  );
  for (const { cause, mend } of obstacles) process.stdout.write(`not now: ${cause}: ${mend}\n`);
  if (obstacles.length > 0) process.exitCode = EXIT.failure;
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value <= MOST) return value;
  throw new InvalidArgumentError(`give a whole number from 1 to ${MOST}`);
}

const program = createProgram({
  name,
  description:
    "Gives a system more partitions: each station's counts move with it. Kafka runs, everything else is stopped.\n\n" +
    "It refuses while something runs or waits. Killed half-way, it goes on when it is called again.",
  settings: [partitionSettings, logSettings],
  examples: `  npm run partitions -- --to 6 --dry-run
  npm run partitions -- --to 6`,
  env,
})
  .requiredOption("--to <n>", "how many there will be; Kafka takes none away", number)
  .option("--dry-run", "say what would move and what keeps it from that; exit code 1 when something does")
  .action(change);

await runProgram(program);
