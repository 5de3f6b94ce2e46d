import { Command, CommanderError } from "commander";
import { systemClock } from "../infra/runtime/clock.ts";
import { createLogger } from "../infra/runtime/logger.ts";
import { refuseUnknownCommand } from "../infra/runtime/service/commands.ts";
import { configCommand } from "../infra/runtime/service/config-print.ts";
import { DAY_OPTIONS, numberFrom } from "../infra/runtime/service/day-options.ts";
import { reportFailure, runService } from "../infra/runtime/service/lifecycle.ts";
import { serveProbes } from "../infra/runtime/service/metrics.ts";
import { endWhenUnread } from "../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../schemas/errors.ts";
import { LINES } from "../schemas/network/network.ts";
import { addControlCommands } from "./commands.ts";
import { type SimulatorConfig, simulatorConfig, simulatorSettings } from "./config.ts";
import { ControlClient } from "./control/client.ts";
import type { SimulatorOptions } from "./options.ts";
import { simulatorMetrics } from "./report/metrics.ts";
import { startReporter } from "./report/reporter.ts";
import { startSimulator } from "./simulator.ts";

async function run(options: SimulatorOptions, config: SimulatorConfig): Promise<never> {
  const logger = createLogger("firmware-sim", config.logLevel);
  return runService(logger, async () => {
    const startedAt = systemClock.monotonic();
    const simulator = await startSimulator(options, config, systemClock, logger);
    const stopReporter = startReporter({
      clock: systemClock,
      terminal: process.stderr.isTTY === true,
      write: (text) => process.stderr.write(text),
      state: () => simulator.state(),
      faults: () => simulator.faults(),
    });
    const metrics = simulatorMetrics(() => simulator.state());
    const probes = await serveProbes(metrics, config.probes, logger, () => ({
      ready: true,
      detail: { ...simulator.state() },
    }));
    const { devices } = simulator.state();
    const ms = Math.round(systemClock.monotonic() - startedAt);
    logger.info({ devices: devices.total, up: devices.up, ms, control: simulator.url }, "ready");
    return {
      async stop() {
        stopReporter();
        await probes?.close();
        await simulator.stop();
      },
    };
  });
}

const program = new Command("firmware-sim")
  .description(
    "Every arrival sensor and turnstile of the three lines, on serial lines, in a city that lives.",
  )
  .option("--speed <n>", "how many times as fast as the wall clock the city runs", DAY_OPTIONS.speed, 60)
  .option("--seed <n>", "the same seed gives the same day", DAY_OPTIONS.seed, 2018)
  .option("--lines <list>", "only these, separated by commas: red, blue, green", DAY_OPTIONS.lines, LINES)
  .option("--stations <ids>", "only the devices of these, separated by commas", DAY_OPTIONS.stations, [])
  .option("--turnstiles-per-station <n>", "gates of each station", numberFrom(1, 20, true), 2)
  .option("--from <time>", "let the city's clock begin here (default: where it stopped)", DAY_OPTIONS.from)
  .option("--rate <n>", "no city: so many readings per second and device", DAY_OPTIONS.rate)
  .option(
    "--baud <n>",
    "speed of the lines; 0: as fast as they are read",
    numberFrom(0, 4_000_000, true),
    115_200,
  )
  .option("--link <url>", "serve the lines over TCP, tcp://host:port, instead of as pseudo-terminals")
  .option("--no-traffic", "devices are up, but nothing happens that is not ordered")
  .option("--no-weather", "no weather box")
  .addHelpText(
    "after",
    `
Examples:
  npm run firmware-sim                                        the whole city at 60 times its speed
  npm run firmware-sim -- --stations 40380 --speed 1          one station, as it is
  npm run firmware-sim -- --link tcp://0.0.0.0:4001           lines for agents in other containers
  npm run firmware-sim -- fault unplug 40380-T1 --for 20s     pull a device of a running simulator
  npm run firmware-sim -- devices                             what each device holds
  npm run firmware-sim -- heal --all                          end all faults`,
  )
  .configureHelp({ showGlobalOptions: false })
  .exitOverride()
  .action((options: SimulatorOptions & { readonly link?: string }) => {
    const { link } = options;
    return run(
      options,
      simulatorConfig(link === undefined ? process.env : { ...process.env, SERIAL_LINK: link }),
    );
  });

addControlCommands(
  program,
  () => new ControlClient(simulatorConfig(process.env).controlUrl),
  (text) => process.stdout.write(`${text}\n`),
);
program.addCommand(configCommand([simulatorSettings], process.env));
for (const command of program.commands) command.exitOverride();

endWhenUnread();
try {
  refuseUnknownCommand(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  else {
    reportFailure(createLogger("firmware-sim"), error);
    process.exitCode = exitCodeOf(error);
  }
}
