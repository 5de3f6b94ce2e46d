import { exitCodeOf, messageOf } from "../../schemas/errors.ts";
import { projectRoot } from "../../schemas/root.ts";
import { systemClock } from "../runtime/clock.ts";
import { homeOf, resolveEndpoints } from "../runtime/endpoints.ts";
import { runService } from "../runtime/lifecycle.ts";
import { createLogger } from "../runtime/logger.ts";
import { makeArchives } from "./archives.ts";
import { readInstances } from "./instances.ts";
import { commandLine, type StartOptions } from "./options.ts";
import { INFRASTRUCTURE } from "./parts/catalogue.ts";
import { jsonPrinter, silentPrinter, textPrinter } from "./report/printer.ts";
import { startSystem } from "./start.ts";
import { readStatus, statusTable } from "./status.ts";

const { env } = process;
const clock = systemClock;

async function start(options: StartOptions, only: readonly string[] | null): Promise<void> {
  const home = homeOf({ ELEVATED_HOME: options.home ?? env["ELEVATED_HOME"] });
  const logger = createLogger("supervisor", env["LOG_LEVEL"] ?? "warn");
  const printer = options.quiet
    ? silentPrinter
    : options.json
      ? jsonPrinter(process.stdout)
      : textPrinter(process.stderr);
  // A closed terminal ends everything in order too.
  process.once("SIGHUP", () => process.kill(process.pid, "SIGTERM"));
  const around = { root: projectRoot(), home, env, clock, logger, printer, isTTY: process.stderr.isTTY };
  await runService(logger, () => startSystem(around, options, { only }));
}

/** Commands that end by themselves: an error becomes one line and an exit code. */
async function once(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

await commandLine({
  start: (options) => start(options, null),
  infra: (options) => start(options, INFRASTRUCTURE),
  status: ({ home, json }) =>
    once(async () => {
      const { SUPERVISOR_URL } = resolveEndpoints(home === undefined ? env : { ...env, ELEVATED_HOME: home });
      const status = await readStatus(SUPERVISOR_URL);
      const instances = await readInstances(status.parts);
      const whole = { ...status, instances: Object.fromEntries(instances) };
      process.stdout.write(`${json ? JSON.stringify(whole, null, 2) : statusTable(status, instances)}\n`);
    }),
  archives: ({ sources }) => once(() => makeArchives(projectRoot(), env, clock, sources)),
}).parseAsync();
