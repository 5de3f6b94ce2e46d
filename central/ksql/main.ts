import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { refuseUnknownCommand } from "../../infra/runtime/service/commands.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { configCommand } from "../../infra/runtime/service/config-print.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import { reportFailure } from "../../infra/runtime/service/lifecycle.ts";
import { endWhenUnread } from "../../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../../schemas/errors.ts";
import { applyScript } from "./apply.ts";
import { ksqlClient } from "./client.ts";
import { ksqlClientConfig } from "./config.ts";
import { readScript } from "./script.ts";
import { runShell } from "./shell/shell.ts";
import { registerSourceSchemas } from "./subjects.ts";

const PATIENCE_MS = 60_000;
const SCRIPT = join(projectRoot(), "central", "ksql", "turnstile.ksql");

const config = readConfig(ksqlClientConfig, process.env);
const logger = createLogger("ksql", config.LOG_LEVEL);
const access = httpAccess("KSQLDB", config);
const client = ksqlClient(access.url, access.fetch);

/** @throws {CodedError} what the servers answer */
async function apply(file: string): Promise<void> {
  const { TOPIC_PREFIX: prefix } = config;
  const script = readScript(readFileSync(file, "utf8"), prefix);
  const registry = createRegistryClient({
    ...httpAccess("SCHEMA_REGISTRY", config),
    logger,
    clock: systemClock,
  });
  await registerSourceSchemas(registry, prefix).catch(async (error: unknown) => {
    // It has waited for a while; where nobody is at all, more can be said.
    await mustAnswer("SCHEMA_REGISTRY_URL", process.env);
    throw error;
  });
  const tell = (line: string): void => void process.stdout.write(`${line}\n`);
  await applyScript(script, { client, clock: systemClock, tell, patienceMs: PATIENCE_MS });
}

async function interactive(): Promise<void> {
  const home = homeOf(process.env);
  mkdirSync(home, { recursive: true });
  await mustAnswer("KSQLDB_URL", process.env);
  const version = await client.version();
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY === true;
  if (terminal) output.write(`ksql server ${version} at ${config.KSQLDB_URL}: help tells more\n`);
  await runShell({ client, input, output, terminal, historyFile: join(home, "ksql-history") });
}

const program = new Command("ksql")
  .description(
    "Statements and queries for ksqlDB or its embedded stand-in. Without a command: an interactive client.",
  )
  .addHelpText(
    "after",
    "\nEnvironment: KSQLDB_URL, SCHEMA_REGISTRY_URL, TOPIC_PREFIX\n\nExamples:\n  npm run ksql -- apply\n  npm run ksql\n  echo 'SHOW TABLES;' | npm run --silent ksql",
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage))
  .action(interactive);
program
  .command("apply")
  .description("create what the project's statements need; again without harm")
  .argument("[file]", "a .ksql file", SCRIPT)
  .action(apply);
program.addCommand(configCommand([ksqlClientConfig], process.env));

endWhenUnread();
try {
  refuseUnknownCommand(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  reportFailure(logger, error);
  process.exitCode = exitCodeOf(error);
}
