import { existsSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { systemClock } from "../infra/runtime/clock.ts";
import { createLogger, silentLogger } from "../infra/runtime/logger.ts";
import { refuseUnknownCommand } from "../infra/runtime/service/commands.ts";
import { configCommand } from "../infra/runtime/service/config-print.ts";
import { type Running, reportFailure, runService } from "../infra/runtime/service/lifecycle.ts";
import { endWhenUnread } from "../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf, isCoded, messageOf } from "../schemas/errors.ts";
import { type Choice, chosenStations, stationOf } from "./choice.ts";
import { edgeConfig, edgeSettings } from "./config.ts";
import { startFleet } from "./fleet.ts";
import { describeOutbox, describeQuarantine } from "./outbox/command.ts";
import { openOutbox } from "./outbox/open.ts";

const EXAMPLES = `
Examples:
  npm run edge -- --station 40380              one station's agent in this process
  npm run edge -- --station 40380,41400        two of them
  npm run edge -- --lines blue                 the stations of a line
  npm run edge -- --all                        all 92 stations in one process
  npm run edge -- --all --link tcp://sim:4001  their devices are at a serial device server
  npm run edge -- outbox 40380                 what waits for the gateway, also while the agent runs
  npm run edge -- outbox 40380 --quarantine    readings that the gateway refuses for good

Settings (environment): ELEVATED_HOME, MQTT_URL (a list: mqtt://a:1883,mqtt://b:1883), MQTT_PASSWORD,
MQTT_PASSWORDS_FILE (JSON, by station), MQTT_CA_FILE, MQTT_CERT_FILE and MQTT_KEY_FILE (for mqtts://),
EDGE_OUTBOX_MB, EDGE_BAUD_RATE, SERIAL_LINK, EDGE_TURNSTILES, PROBE_PORT, PROBE_HOST, LOG_LEVEL`;

async function run(choice: Choice & { readonly link?: string }): Promise<void> {
  const stations = chosenStations(choice);
  const { link } = choice;
  const env = link === undefined ? process.env : { ...process.env, SERIAL_LINK: link };
  const config = edgeConfig(env, stations, systemClock.now());
  const logger = createLogger("edge", config.logLevel);
  await runService(logger, (): Promise<Running> => startFleet({ stations, config, logger }));
}

async function showOutbox(text: string, options: { readonly quarantine?: boolean }): Promise<void> {
  const station = stationOf(text);
  const config = edgeConfig(process.env);
  if (!existsSync(config.outboxFolder)) {
    process.stdout.write(`no agent has run in ${config.home}: there is no outbox yet\n`);
    return;
  }
  const outbox = openOutbox({
    folder: config.outboxFolder,
    limitBytes: config.outboxLimitBytes,
    clock: systemClock,
    logger: silentLogger,
    readOnly: true,
  });
  const shown = options.quarantine
    ? describeQuarantine(outbox.quarantined(station.id))
    : describeOutbox(outbox, station.id, Date.now());
  process.stdout.write(`${shown}\n`);
  await outbox.close();
}

const collect = (value: string, list: readonly string[] = []): readonly string[] => [...list, value];

const program = new Command("edge")
  .description(
    "Station agents: read the devices' serial lines, keep every reading on disk, send it to the gateway.",
  )
  .option("--station <ids>", "stations by id; may be given several times", collect)
  .option("--lines <names>", "all stations of these lines: red, blue, green", collect)
  .option("--all", "all stations")
  .option("--link <url>", "lines of a serial device server, tcp://host:port, instead of the serial folder")
  .addHelpText("after", EXAMPLES)
  .exitOverride()
  .action(run);
program
  .command("outbox <station>")
  .description("what a station's outbox holds: count, age and size; changes nothing")
  .option("--quarantine", "list the readings that were set aside")
  .exitOverride()
  .action(showOutbox);
program.addCommand(configCommand([edgeSettings], process.env));

endWhenUnread();
try {
  refuseUnknownCommand(program, process.argv.slice(2));
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  if (isCoded(error, "USAGE")) process.stderr.write(`edge: ${messageOf(error)}\n`);
  else reportFailure(createLogger("edge"), error);
  process.exit(exitCodeOf(error));
}
