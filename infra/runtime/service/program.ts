import cluster from "node:cluster";
import { Command, CommanderError, Help } from "commander";
import { z } from "zod";
import { EXIT, exitCodeOf, isCoded, messageOf } from "../../../schemas/errors.ts";
import { createLogger, type Logger } from "../logger.ts";
import { printableLines } from "../text/printable.ts";
import { HARMLESS_OUTPUT, refuseUnknownCommand } from "./commands.ts";
import { logSettings, readConfig } from "./config.ts";
import { configCommand } from "./config-print.ts";
import type { Environment } from "./environment.ts";
import { settingsHelp } from "./settings-help.ts";
import { endWhenUnread } from "./stdout.ts";
import { runningSystems } from "./systems.ts";
import { type Address, foreignAddresses, homeSpokenTo, isAddress, refuseForeign } from "./whose.ts";

export interface ProgramOptions {
  readonly name: string;
  readonly description: string;
  /** Settings of everything that may run in this process: they make the help and `config print`. */
  readonly settings: readonly z.ZodObject[];
  /** Lines for the end of the help, each a command and what it does. */
  readonly examples: string;
  readonly env: Environment;
  /** Which of the servers in its settings a command speaks to; absent: all of them. `config` speaks to none. */
  readonly reaches?: (command: Command, all: readonly Address[]) => readonly Address[];
}

/**
 * The command line of a process, with `config print` and a help that lists every setting. Commands and options are
 * added by its caller; `runProgram` then parses.
 */
export function createProgram(options: ProgramOptions): Command {
  const { name, description, settings, examples, env, reaches = (_, all) => all } = options;
  const config = configCommand(settings, env);
  const addresses = settings.flatMap(({ shape }) => Object.keys(shape)).filter(isAddress);
  return new Command(name)
    .configureOutput(HARMLESS_OUTPUT)
    .description(description)
    .addCommand(config)
    .hook("preAction", async (_, command) => {
      if (command.parent === config || cluster.isWorker) return;
      await sayWhose(reaches(command, addresses), options, command.opts());
    })
    .configureHelp({ visibleCommands: configLast })
    .addHelpText("after", ({ command }) => `\n${settingsHelp(settings, command.createHelp())}`)
    .addHelpText("after", `\nExamples:\n${examples}`);
}

/**
 * Say which home's system a command speaks to, where it found it by itself.
 *
 * @throws {CodedError} CONFIG_INVALID, DEPENDENCY_UNAVAILABLE when it is that of another home
 */
async function sayWhose(
  names: readonly Address[],
  { env, settings }: ProgramOptions,
  { json, quiet }: { readonly json?: boolean; readonly quiet?: boolean },
): Promise<void> {
  // Its supervisor names every server that there is, and speaks for it.
  if (env["ELEVATED_PARENT"]) return;
  const foreign = foreignAddresses(names, env, await runningSystems());
  // A wrong setting is wrong whatever runs on this machine: it is named first.
  if (foreign.length > 0) for (const { shape } of settings) readConfig(z.object(shape).partial(), env);
  refuseForeign(foreign, env);
  const home = homeSpokenTo(names, env);
  if (home !== undefined && !json && !quiet) process.stderr.write(`· the system in ${home}\n`);
}

/** What a program is for comes first. */
function configLast(this: Help, command: Command): Command[] {
  const all = new Help().visibleCommands(command);
  return [
    ...all.filter((each) => each.name() !== "config"),
    ...all.filter((each) => each.name() === "config"),
  ];
}

/** The log of a command that ends by itself. @throws {CodedError} CONFIG_INVALID */
export function commandLogger(name: string, env: Environment): Logger {
  return createLogger(name, readConfig(logSettings, env).LOG_LEVEL);
}

/**
 * Run the command that the arguments name, and set the exit code.
 *
 * Unknown commands, options and arguments end with 2 (usage). An error of a command becomes one line on stderr and its
 * own exit code; the stack follows only when the error was not expected. A service reports its own failures to its log.
 *
 * @param words - of the command line, after the program's own name.
 */
export async function runProgram(
  program: Command,
  words: readonly string[] = process.argv.slice(2),
): Promise<void> {
  endWhenUnread();
  for (const command of withSubcommands(program)) command.exitOverride();
  try {
    refuseUnknownCommand(program, words);
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
      return;
    }
    const problem = isCoded(error) ? error.message : stackOf(error);
    process.stderr.write(`${program.name()}: ${printableLines(problem)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}
