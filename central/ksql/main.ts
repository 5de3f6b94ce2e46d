import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../infra/runtime/clock.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { logSettings, readConfig } from "../../infra/runtime/service/config.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import { commandLogger, createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { printableLines } from "../../infra/runtime/text/printable.ts";
import { applyScript } from "./apply.ts";
import { ksqlClient } from "./client.ts";
import { ksqlClientConfig } from "./config.ts";
import { readScript } from "./script.ts";
import { runShell } from "./shell/shell.ts";
import { registerSourceSchemas } from "./subjects.ts";

const PATIENCE_MS = 60_000;
const FOLDER = join(projectRoot(), "central", "ksql");
const SCRIPT = join(FOLDER, "turnstile.ksql");
const EARLIER = join(FOLDER, "earlier.ksql");

const { env } = process;
const name = "ksql";

function open() {
  const config = readConfig(ksqlClientConfig, env);
  const access = httpAccess("KSQLDB", config);
  return { config, client: ksqlClient(access.url, access.fetch) };
}

/** @throws {CodedError} what the servers answer */
async function apply(file: string): Promise<void> {
  const { config, client } = open();
  const { TOPIC_PREFIX: prefix } = config;
  const logger = commandLogger(name, env);
  const read = (path: string) => readScript(readFileSync(path, "utf8"), prefix);
  const script = read(file);
  const earlier = file === SCRIPT ? read(EARLIER) : [];
  const registry = createRegistryClient({
    ...httpAccess("SCHEMA_REGISTRY", config),
    logger,
    clock: systemClock,
  });
  await registerSourceSchemas(registry, prefix).catch(async (error: unknown) => {
    // It has waited for a while. Without any server, more can be said.
    await mustAnswer("SCHEMA_REGISTRY_URL", env);
    throw error;
  });
  const tell = (line: string): void => void process.stdout.write(`${printableLines(line)}\n`);
  await applyScript(script, { client, clock: systemClock, tell, patienceMs: PATIENCE_MS, earlier });
}

async function interactive(): Promise<void> {
  const { config, client } = open();
  const home = homeOf(env);
  mkdirSync(home, { recursive: true });
  await mustAnswer("KSQLDB_URL", env);
  const version = await client.version();
  const { stdin: input, stdout: output } = process;
  const terminal = input.isTTY === true;
  if (terminal) output.write(`ksql server ${version} at ${config.KSQLDB_URL}: help tells more\n`);
  await runShell({ client, input, output, terminal, historyFile: join(home, "ksql-history") });
}

const program = createProgram({
  name,
  description:
    "Statements and queries for ksqlDB or its built-in stand-in. Without a command: an interactive client.",
  settings: [ksqlClientConfig, logSettings],
  examples: `  npm run ksql -- apply
  npm run ksql
  echo 'SHOW TABLES;' | npm run --silent ksql`,
  env,
}).action(interactive);
program
  .command("apply")
  .description("create what the project's statements need; again without harm")
  .argument("[file]", "a .ksql file", SCRIPT)
  .action(apply);

await runProgram(program);
