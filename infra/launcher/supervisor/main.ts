import { exitCodeOf, isCoded, messageOf } from "../../../schemas/errors.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import { homeOf } from "../../runtime/service/endpoints.ts";
import { runService } from "../../runtime/service/lifecycle.ts";
import { resolveEndpoints, withAddressesFromFiles, withOptions } from "../../runtime/service/precedence.ts";
import { endWhenUnread } from "../../runtime/service/stdout.ts";
import { runningSystems } from "../../runtime/service/systems.ts";
import { foreignAddresses, refuseForeign } from "../../runtime/service/whose.ts";
import { printableLines } from "../../runtime/text/printable.ts";
import { commandLine, type StartOptions, type StatusOptions } from "./options.ts";
import { INFRASTRUCTURE } from "./parts/catalogue.ts";
import { KAFKA_DEFAULTS, type NewTopics } from "./parts/kafka-settings.ts";
import { jsonPrinter, silentPrinter, textPrinter } from "./report/printer.ts";
import { statusText } from "./report/status-text.ts";
import { startSystem } from "./start.ts";
import { readStatus } from "./status.ts";
import type { Extent } from "./system.ts";

const env = withAddressesFromFiles(process.env);
const clock = systemClock;

const WATCH_MS = 2_000;
const CLEAR_SCREEN = "\x1b[2J\x1b[3J\x1b[H";

async function start(options: StartOptions, extent: Extent): Promise<void> {
  const home = homeOf({ ELEVATED_HOME: options.home ?? env["ELEVATED_HOME"] });
  const logger = createLogger("supervisor", env["LOG_LEVEL"] ?? "warn");
  const printer = options.quiet
    ? silentPrinter
    : options.json
      ? jsonPrinter(process.stdout)
      : textPrinter(process.stderr);
  // A closed terminal ends everything in order too.
  process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
  const context = { root: projectRoot(), home, env, clock, logger, printer, isTTY: process.stderr.isTTY };
  await runService({ logger, clock, env: process.env }, () => startSystem(context, options, extent));
}

function newTopics({ partitions, autoCreate }: StartOptions): NewTopics {
  return {
    partitions: partitions ?? KAFKA_DEFAULTS.partitions,
    automatic: autoCreate ?? KAFKA_DEFAULTS.automatic,
  };
}

/** Once, or with `watch` again and again until Ctrl+C, also while no system runs. */
async function showStatus(options: StatusOptions): Promise<void> {
  if (!options.watch) {
    process.stdout.write(`${await statusNow(options)}\n`);
    return;
  }
  const clear = process.stdout.isTTY && !options.json ? CLEAR_SCREEN : "";
  for (;;) {
    const text = await statusNow(options).catch((error: unknown) => {
      if (!isCoded(error, "DEPENDENCY_UNAVAILABLE")) throw error;
      return options.json ? JSON.stringify({ error: error.message }) : error.message;
    });
    process.stdout.write(`${clear}${text}\n`);
    await clock.sleep(WATCH_MS);
  }
}

/** @throws {CodedError} DEPENDENCY_UNAVAILABLE when no system runs there. */
async function statusNow({ home, json, watch }: StatusOptions): Promise<string> {
  const given = withOptions(env, { ELEVATED_HOME: home });
  const foreign = foreignAddresses(["SUPERVISOR_URL", "DASHBOARD_URL"], given, await runningSystems());
  refuseForeign(
    foreign.filter(({ name }) => name === "SUPERVISOR_URL"),
    given,
  );
  const { SUPERVISOR_URL, DASHBOARD_URL } = resolveEndpoints(given);
  // A system without a page must not be shown with another's figures.
  const status = await readStatus(SUPERVISOR_URL, foreign.length === 0 ? DASHBOARD_URL : undefined);
  return json ? JSON.stringify(status, null, watch ? 0 : 2) : statusText(status, clock.now());
}

/** Commands that end by themselves: an error becomes one line and an exit code. */
async function once(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${printableLines(messageOf(error))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

endWhenUnread();
await commandLine({
  start: (options) => start(options, { only: null }),
  infra: (options) => start(options, { only: INFRASTRUCTURE, platform: newTopics(options) }),
  status: (options) => once(() => showStatus(options)),
}).parseAsync();
