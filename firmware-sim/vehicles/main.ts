import { Command, CommanderError } from "commander";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createLogger } from "../../infra/runtime/logger.ts";
import { refuseUnknownCommand } from "../../infra/runtime/service/commands.ts";
import { configCommand } from "../../infra/runtime/service/config-print.ts";
import { numberFrom } from "../../infra/runtime/service/day-options.ts";
import { reportFailure, runService } from "../../infra/runtime/service/lifecycle.ts";
import { endWhenUnread } from "../../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../../schemas/errors.ts";
import { parseDuration } from "../options.ts";
import { fleetConfig, fleetSettings } from "./config.ts";
import { runningFleet, serveControl, stopFleet } from "./control.ts";
import { Fleet } from "./fleet.ts";
import { httpPost } from "./post.ts";
import { readFleetStatus, statusText } from "./status.ts";

interface RunOptions {
  readonly numVehicles: number;
  readonly interval: number;
  readonly seed: number;
  readonly host?: string;
  readonly verbose?: boolean;
}

const { env } = process;
const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function run(options: RunOptions): Promise<never> {
  const config = fleetConfig(env);
  const host = options.host ?? config.url;
  const logger = createLogger("fleet", options.verbose ? "debug" : config.logLevel);
  return runService(logger, async () => {
    const fleet = new Fleet({
      vehicles: options.numVehicles,
      intervalMs: options.interval,
      seed: options.seed,
      post: httpPost(host, config.apiKey),
      clock: systemClock,
      logger,
    });
    const closeControl = await serveControl(
      config.runFile,
      {
        state: () => fleet.state(),
        // After the answer.
        stop: () => void systemClock.after(50, () => process.kill(process.pid, "SIGTERM")),
      },
      logger,
    );
    // Only now: a fleet that is refused because another runs must not have posted anything.
    fleet.start();
    logger.info({ vehicles: options.numVehicles, everyMs: options.interval, host }, "driving");
    return {
      async stop() {
        await fleet.stop();
        await closeControl();
        const { vehicles, boot: _, ...counts } = fleet.state();
        logger.info({ vehicles: vehicles.length, ...counts }, "parked");
      },
    };
  });
}

const program = new Command("fleet")
  .description("Vehicles that drive through Chicago and post their telemetry.")
  .option("--num-vehicles <n>", "how many", numberFrom(1, 10_000, true), 10)
  .option("--interval <time>", "between two events of a vehicle, for example 1s", parseDuration, 1_000)
  .option("--host <url>", "where to post, when the ingest runs on another machine")
  .option("--seed <n>", "the same seed gives the same journeys", numberFrom(0, 2 ** 32, true), 2018)
  .option("-v, --verbose", "also say what was not taken, and why")
  .addHelpText(
    "after",
    `
Examples:
  npm run fleet -- --num-vehicles 100               until Ctrl+C
  npm run fleet -- --host http://192.168.1.5:5001   to an ingest elsewhere
  npm run fleet -- status                           what was posted, and what became of it
  npm run fleet -- stop                             from another terminal`,
  )
  .exitOverride()
  .action((options: RunOptions) => run(options));

program
  .command("stop")
  .description("end the fleet that runs here")
  .exitOverride()
  .action(async () => {
    const stopped = await stopFleet(fleetConfig(env).runFile);
    print(stopped ? "The fleet parks." : "No fleet runs here.");
  });

program
  .command("status")
  .description("posted, acknowledged, in Kafka, in PostgreSQL, duplicates, dead letters: the proof")
  .option("--json", "for programs")
  .exitOverride()
  .action(async (options: { json?: boolean }) => {
    const config = fleetConfig(env);
    const status = await readFleetStatus(config, () => runningFleet(config.runFile));
    print(options.json ? JSON.stringify(status, null, 2) : statusText(status));
  });
program.addCommand(configCommand([fleetSettings], env));

endWhenUnread();
try {
  refuseUnknownCommand(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    reportFailure(createLogger("fleet"), error);
    process.exitCode = exitCodeOf(error);
  }
}
