import { Command } from "commander";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createLogger } from "../../infra/runtime/logger.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { postgresAccess } from "../../infra/runtime/security/postgres.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { configCommand } from "../../infra/runtime/service/config-print.ts";
import { reportFailure } from "../../infra/runtime/service/lifecycle.ts";
import { endWhenUnread } from "../../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../../schemas/errors.ts";
import { httpConnect } from "./client.ts";
import { apply, type CommandContext, remove, restart, status, warnOfOthers } from "./commands.ts";
import { type ConnectConfig, connectCommandSettings, connectConfig, placeholders } from "./config.ts";
import { type ConnectorFile, connectorNamed, filledIn, readConnectors } from "./connectors.ts";
import { postgresSlots } from "./slots.ts";

type Action = (context: CommandContext, config: ConnectConfig, name?: string) => Promise<void>;

/**
 * Run one command and end with its exit code.
 *
 * @param awaits - has patience with a Connect that is about to come.
 */
function command(action: Action, { awaits = false } = {}): (name?: string) => Promise<void> {
  return async (name) => {
    try {
      const config = connectConfig(process.env);
      if (!awaits) await mustAnswer("CONNECT_URL", process.env);
      const context = {
        connect: httpConnect({
          ...httpAccess("CONNECT", config),
          clock: systemClock,
          onWaiting: (reason) => void process.stderr.write(`${reason}\n`),
        }),
        slots: postgresSlots(postgresAccess(config)),
        clock: systemClock,
        say: (line: string) => process.stdout.write(`${line}\n`),
      };
      await action(context, config, name);
    } catch (error) {
      reportFailure(createLogger("connect"), error);
      process.exitCode = exitCodeOf(error);
    }
  };
}

function chosen(files: readonly ConnectorFile[], config: ConnectConfig, name?: string): ConnectorFile {
  return connectorNamed(files, name ?? `stations-${config.CONNECT_SOURCE}`);
}

const program = new Command("connect")
  .description("Sets Kafka Connect up: the source that brings PostgreSQL's table of stations to Kafka.")
  .addHelpText(
    "after",
    `
Connectors (central/connect/connectors/, one file each):
  stations-debezium  inserts, updates and deletes, as they happen (the default)
  stations-jdbc      new rows only, by growing stop_id (CONNECT_SOURCE=jdbc)

Examples:
  npm run connect -- apply
  npm run connect -- status
  CONNECT_SOURCE=jdbc CONNECT_URL=http://localhost:8083 npm run connect -- apply
  npm run connect -- delete stations-jdbc`,
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage));

program
  .command("apply", { isDefault: true })
  .description(
    "create the connector, or change it to what its file says, and wait until it runs; replaces a lost replication slot",
  )
  .argument("[name]", "which; without: the source that CONNECT_SOURCE names")
  .action(
    command(
      async (context, config, name) => {
        const files = readConnectors();
        const file = chosen(files, config, name);
        await apply(context, file.name, filledIn(file, placeholders(config, process.env)));
        await warnOfOthers(context, file, files);
      },
      { awaits: true },
    ),
  );

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
  .argument("[name]", "which; without: the source that CONNECT_SOURCE names")
  .action(
    command((context, config, name) => restart(context, name ?? chosen(readConnectors(), config).name)),
  );

program
  .command("delete")
  .description("remove a connector; its topic and its place in the source stay")
  .argument("[name]", "which; without: the source that CONNECT_SOURCE names")
  .action(command((context, config, name) => remove(context, name ?? chosen(readConnectors(), config).name)));

program.addCommand(configCommand([connectCommandSettings], process.env));

endWhenUnread();
await program.parseAsync();
