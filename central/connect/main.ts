import { systemClock } from "../../infra/runtime/clock.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { printableLines } from "../../infra/runtime/text/printable.ts";
import { httpConnect } from "./client.ts";
import { apply, type CommandContext, remove, restart, status, warnOfOthers } from "./commands.ts";
import { type ConnectConfig, connectCommandSettings, placeholders } from "./config.ts";
import { type ConnectorFile, connectorNamed, filledIn, readConnectors } from "./connectors.ts";
import { applyCourse, COURSE, COURSE_TOPIC, removeCourse, topicName } from "./course/course.ts";
import { postgresSlots } from "./slots.ts";

const { env } = process;

interface Options {
  readonly topic?: string;
}
type Action = (
  context: CommandContext,
  config: ConnectConfig,
  name?: string,
  options?: Options,
) => Promise<void>;

/**
 * One command.
 *
 * @param awaits - waits for a Connect that is about to come.
 */
function command(
  action: Action,
  { awaits = false } = {},
): (name?: string, options?: Options) => Promise<void> {
  return async (name, options) => {
    const config = readConfig(connectCommandSettings, env);
    if (!awaits) await mustAnswer("CONNECT_URL", env);
    const context = {
      connect: httpConnect({
        ...httpAccess("CONNECT", config),
        clock: systemClock,
        onWaiting: (reason) => void process.stderr.write(`${printableLines(reason)}\n`),
      }),
      slots: postgresSlots(postgresAccess(config)),
      clock: systemClock,
      say: (line: string) => process.stdout.write(`${printableLines(line)}\n`),
    };
    await action(context, config, name, options);
  };
}

function chosen(files: readonly ConnectorFile[], config: ConnectConfig, name?: string): ConnectorFile {
  return connectorNamed(files, name ?? `stations-${config.CONNECT_SOURCE}`);
}

const program = createProgram({
  name: "connect",
  description: "Sets Kafka Connect up: the source that brings PostgreSQL's table of stations to Kafka.",
  settings: [connectCommandSettings],
  examples: `  npm run connect -- apply
  npm run connect -- status
  CONNECT_SOURCE=jdbc CONNECT_URL=http://localhost:8083 npm run connect -- apply
  npm run connect -- delete stations-jdbc
  npm run connect -- apply course --topic org.chicago.cta.stations`,
  env,
}).addHelpText(
  "after",
  `
Connectors (central/connect/connectors/, one file each):
  stations-debezium  inserts, updates and deletes, as they happen (the default)
  stations-jdbc      new rows only, by growing stop_id (CONNECT_SOURCE=jdbc)
  course             a connector "stations" for your own solution of the Kafka course: docs/course.md`,
);

const applyNamed = command(
  async (context, config, name, options) => {
    if (name === COURSE)
      return applyCourse(context, placeholders(config, env), options?.topic ?? COURSE_TOPIC);
    const files = readConnectors();
    const file = chosen(files, config, name);
    await apply(context, file.name, filledIn(file, placeholders(config, env)));
    await warnOfOthers(context, file, files);
  },
  { awaits: true },
);
const WHICH = "which; without: the source that CONNECT_SOURCE names";

// Without a command it applies.
const TOPIC = ["--topic <name>", `of \`course\`: where the rows go (default: ${COURSE_TOPIC})`] as const;
program
  // Or what stands behind `apply` would be taken for the program's own.
  .enablePositionalOptions()
  .argument("[name]", WHICH)
  .option(...TOPIC, topicName)
  .action(applyNamed);
program
  .command("apply")
  .description(
    "create the connector, or change it to what its file says, and wait until it runs; replaces a lost replication slot",
  )
  .argument("[name]", WHICH)
  .option(...TOPIC, topicName)
  .action(applyNamed);

program
  .command("status")
  .description(
    "show connectors, their tasks and replication slots; exit code 1 when one does not run or its slot is lost",
  )
  .argument("[name]", "which; without: all that Connect has")
  .action(command((context, _, name) => status(context, name)));

program
  .command("restart")
  .description("restart a connector and its tasks, and wait until they run")
  .argument("[name]", WHICH)
  .action(
    command((context, config, name) => restart(context, name ?? chosen(readConnectors(), config).name)),
  );

program
  .command("delete")
  .alias("remove")
  .description("remove a connector; its topic stays, and its place in the source, unless it is `course`")
  .argument("[name]", WHICH)
  .action(
    command((context, config, name) =>
      name === COURSE
        ? removeCourse(context)
        : remove(context, name ?? chosen(readConnectors(), config).name),
    ),
  );

await runProgram(program);
