import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { systemClock } from "../infra/runtime/clock.ts";
import { silentLogger } from "../infra/runtime/logger.ts";
import { processSettings } from "../infra/runtime/service/config.ts";
import { withOptions } from "../infra/runtime/service/precedence.ts";
import { createProgram, runProgram } from "../infra/runtime/service/program.ts";
import { type StartService, serve } from "../infra/runtime/service/serve.ts";
import { printableLines } from "../infra/runtime/text/printable.ts";
import { CodedError } from "../schemas/errors.ts";
import { startAgents } from "./agents.ts";
import { type Choice, chosenStations, stationOf } from "./choice.ts";
import { edgeConfig, edgeSettings } from "./config.ts";
import { describeOutbox, describeQuarantine } from "./outbox/command.ts";
import { examine } from "./outbox/damage/examine.ts";
import { lookAtOutbox } from "./outbox/damage/look.ts";
import { openOutbox } from "./outbox/open.ts";
import { WallClock } from "./wall-clock.ts";

const { env } = process;
const name = "edge";
const LOOK = "look-at-outbox";

async function run({ link, ...choice }: Choice & { readonly link?: string }): Promise<never> {
  const stations = chosenStations(choice);
  const start: StartService = (context) => {
    const clock = new WallClock(context.clock);
    if (env["ELEVATED_PARENT"] === "pipe")
      createInterface(process.stdin).on("line", (line) => clock.obey(line));
    return startAgents(stations, { ...context, clock }, startLook);
  };
  const services = [{ name, load: async () => ({ start }) }];
  return serve({ name, services, env: withOptions(env, { SERIAL_LINK: link }) });
}

/** This program again, with a command that is for itself only. */
function startLook(folder: string): ChildProcess {
  const [, program = ""] = process.argv;
  return fork(program, [LOOK, folder], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
}

async function look(folder: string): Promise<void> {
  await lookAtOutbox(folder, (report) => new Promise((sent) => process.send?.(report, () => sent())));
  process.disconnect();
}

async function showOutbox(text: string, options: { readonly quarantine?: boolean }): Promise<void> {
  const station = stationOf(text);
  const config = edgeConfig(env);
  if (!existsSync(config.outboxFolder)) {
    process.stdout.write(`no agent has run in ${config.home}: there is no outbox yet\n`);
    return;
  }
  const verdict = await examine(config.outboxFolder, startLook);
  if (verdict.is === "damaged") {
    throw new CodedError("EDGE_OUTBOX_DAMAGED", {
      message: `the outbox is damaged (${verdict.why}): the next start of an agent sets it aside and keeps what can be read`,
      retryable: false,
    });
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
    : describeOutbox(outbox, station.id, systemClock.now());
  process.stdout.write(`${printableLines(shown)}\n`);
  await outbox.close();
}

const collect = (value: string, list: readonly string[] = []): readonly string[] => [...list, value];

const program = createProgram({
  name,
  description:
    "Station agents: read the devices' serial lines, keep every reading on disk, send it to the gateway.",
  settings: [edgeSettings, processSettings],
  examples: `  npm run edge -- --station 40380              one station's agent in this process
  npm run edge -- --station 40380,41400        two of them
  npm run edge -- --lines blue                 the stations of a line
  npm run edge -- --all                        all 92 stations in one process
  npm run edge -- --all --link tcp://sim:4001  their devices are at a serial device server
  npm run edge -- outbox 40380                 what waits for the gateway, also while the agent runs
  npm run edge -- outbox 40380 --quarantine    readings that the gateway refuses for good`,
  env,
  reaches: (command) => (command.name() === "outbox" ? [] : ["MQTT_URL"]),
})
  .option("--station <ids>", "stations by id; may be given several times", collect)
  .option("--lines <names>", "all stations of these lines: red, blue, green", collect)
  .option("--all", "all stations")
  .option("--link <url>", "lines of a serial device server, tcp://host:port, instead of the serial folder")
  .action(run);
program
  .command("outbox <station>")
  .description("what a station's outbox holds: count, age and size; changes nothing")
  .option("--quarantine", "list the readings that were set aside")
  .action(showOutbox);
program.command(`${LOOK} <folder>`, { hidden: true }).action(look);

await runProgram(program);
