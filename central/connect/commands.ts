import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { knownCause, likelyCause } from "./cause.ts";
import type { ConnectorFile } from "./connectors.ts";
import { difference } from "./difference.ts";
import { dropLostSlot, showSlot } from "./heal.ts";
import type { Connect, ConnectorConfig, ConnectorStatus } from "./ports.ts";
import { failureOf, runs, untilRunning } from "./running.ts";
import type { Slots } from "./slots.ts";

export interface CommandContext {
  readonly connect: Connect;
  readonly slots: Slots;
  readonly clock: Clock;
  /** A line for the user, on stdout. */
  readonly say: (line: string) => void;
}

/**
 * Create the connector or change it to these settings, and wait until it and its tasks run. Run again it changes
 * nothing, but restarts what has failed, and drops a replication slot that is lost.
 *
 * @throws {CodedError} CONNECT_FAILED: refused settings, or a task that fails; DEPENDENCY_UNAVAILABLE
 */
export async function apply(context: CommandContext, name: string, config: ConnectorConfig): Promise<void> {
  const { connect, say } = context;
  await validate(connect, name, config);
  const before = await connect.config(name);
  const changes = difference(before, config);
  const old = await connect.status(name);
  const dropped = await dropLostSlot(context, before);
  if (changes.length > 0) {
    say(before ? `${name}: changed` : `${name}: new`);
    for (const line of changes) say(`  ${line}`);
    await connect.put(name, config);
  } else if (dropped) await connect.restart(name);
  else if (old && failureOf(old)) {
    say(`${name}: unchanged, but it had failed: restarting`);
    await connect.restart(name);
  } else say(`${name}: unchanged`);
  show(context, await untilRunning(context, name, old));
}

/** @throws {CodedError} CONNECT_FAILED that names each setting at fault, or the plugins there are. */
async function validate(connect: Connect, name: string, config: ConnectorConfig): Promise<void> {
  const wanted = config["connector.class"] ?? "";
  const plugins = await connect.plugins();
  if (!plugins.includes(wanted)) {
    throw new CodedError("CONNECT_FAILED", {
      message: `${name} needs the plugin ${wanted}, which this Connect does not have. It has: ${plugins.join(", ")}`,
      retryable: false,
      context: { connector: name, plugin: wanted },
    });
  }
  const problems = await connect.validate({ ...config, name });
  if (problems.length === 0) return;
  const text = problems.map(({ setting, errors }) => `${setting}: ${errors.join(" ").replace(/\.$/, "")}`);
  const cause = knownCause(text.join("\n"));
  throw new CodedError("CONNECT_FAILED", {
    message: `Connect refuses the settings of ${name}: ${text.join("; ")}${cause ? `. Likely cause: ${cause}` : ""}`,
    retryable: false,
    context: { connector: name, problems },
  });
}

/**
 * Show connectors with their tasks.
 *
 * @throws {CodedError} CONNECT_FAILED when one of them does not run.
 */
export async function status(context: CommandContext, name?: string): Promise<void> {
  const { connect, say } = context;
  const names = name === undefined ? await connect.connectors() : [name];
  if (names.length === 0) say("no connectors");
  let broken: string | undefined;
  for (const one of names) {
    const found = await connect.status(one);
    if (!found) throw noSuch(one);
    show(context, found);
    const readable = await showSlot(context, await connect.config(one));
    if (!runs(found)) broken ??= `${one} does not run`;
    if (!readable) broken ??= `${one} runs and brings nothing: its replication slot is lost`;
  }
  if (broken === undefined) return;
  throw new CodedError("CONNECT_FAILED", {
    message: broken,
    retryable: false,
    context: {},
  });
}

/** @throws {CodedError} CONNECT_FAILED */
export async function restart(context: CommandContext, name: string): Promise<void> {
  const old = await context.connect.status(name);
  await dropLostSlot(context, await context.connect.config(name));
  if (!(await context.connect.restart(name))) throw noSuch(name);
  show(context, await untilRunning(context, name, old));
}

/** Its topic and its offsets stay. */
export async function remove({ connect, say }: CommandContext, name: string): Promise<void> {
  say((await connect.remove(name)) ? `${name}: deleted` : `${name}: was not there`);
}

/** Two sources into one topic would undo each other's deletions. */
export async function warnOfOthers(
  { connect, say }: CommandContext,
  chosen: ConnectorFile,
  files: readonly ConnectorFile[],
): Promise<void> {
  const running = await connect.connectors();
  for (const { name } of files) {
    if (name === chosen.name || !running.includes(name)) continue;
    say(
      `note: ${name} is there too and writes the same topic; to have one only: npm run connect -- delete ${name}`,
    );
  }
}

function show({ say }: CommandContext, { name, state, trace, tasks }: ConnectorStatus): void {
  say(`${name}: ${state}, ${tasks.length === 1 ? "1 task" : `${tasks.length} tasks`}`);
  if (trace !== undefined) say(`  ${likelyCause(trace)}`);
  for (const task of tasks) {
    say(`  task ${task.id}: ${task.state}`);
    if (task.trace === undefined) continue;
    say(`  likely cause: ${likelyCause(task.trace)}`);
    for (const line of task.trace.trimEnd().split("\n")) say(`    ${line}`);
  }
}

function noSuch(name: string): CodedError {
  return new CodedError("CONNECT_FAILED", {
    message: `Connect has no connector "${name}"`,
    retryable: false,
    context: { connector: name },
  });
}
