import { logSettings } from "../../infra/runtime/service/config.ts";
import { numberFrom } from "../../infra/runtime/service/day-options.ts";
import { withOptions } from "../../infra/runtime/service/precedence.ts";
import { createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { type StartService, serve } from "../../infra/runtime/service/serve.ts";
import { printableLines } from "../../infra/runtime/text/printable.ts";
import { durationOption } from "../options.ts";
import { fleetConfig, fleetSettings } from "./config.ts";
import { runningFleet, stopFleet } from "./control.ts";
import { startVehicles, type VehiclesOptions } from "./service.ts";
import { readFleetStatus, statusText } from "./status.ts";

const { env } = process;
const name = "fleet";
const print = (text: string): void => void process.stdout.write(`${printableLines(text)}\n`);

const program = createProgram({
  name,
  description: "Vehicles that drive through Chicago and post their telemetry.",
  settings: [fleetSettings, logSettings],
  examples: `  npm run fleet -- --num-vehicles 100               until Ctrl+C
  npm run fleet -- --host http://192.168.1.5:5001   to an ingest elsewhere
  npm run fleet -- status                           what was posted, and what became of it
  npm run fleet -- stop                             from another terminal`,
  env,
  reaches: (command, all) => {
    if (command.name() === "stop" || command.opts<{ host?: string }>().host !== undefined) return [];
    return command.name() === "status" ? all : ["FLEET_URL"];
  },
})
  .option("--num-vehicles <n>", "how many", numberFrom(1, 10_000, true), 10)
  .option("--interval <time>", "between two events of a vehicle, for example 1s", durationOption, 1_000)
  .option("--host <url>", "where to post, when the ingest runs on another machine")
  .option("--seed <n>", "the same seed gives the same journeys", numberFrom(0, 2 ** 32, true), 2018)
  .option("-v, --verbose", "also say what was not taken, and why")
  .action(({ verbose, ...options }: VehiclesOptions & { readonly verbose?: boolean }) => {
    const start: StartService = (context) => startVehicles(options, context);
    const services = [{ name, load: async () => ({ start }) }];
    const given = withOptions(env, { LOG_LEVEL: verbose ? "debug" : undefined });
    return serve({ name, services, env: given, probes: false });
  });

program
  .command("stop")
  .description("end the fleet that runs here")
  .action(async () => {
    const stopped = await stopFleet(fleetConfig(env).runFile);
    print(stopped ? "The fleet parks." : "No fleet runs here.");
  });

program
  .command("status")
  .description("posted, acknowledged, in Kafka, in PostgreSQL, duplicates, dead letters: the proof")
  .option("--json", "for programs")
  .action(async (options: { json?: boolean }) => {
    const config = fleetConfig(env);
    const status = await readFleetStatus(config, () => runningFleet(config.runFile));
    print(options.json ? JSON.stringify(status, null, 2) : statusText(status));
  });

await runProgram(program);
