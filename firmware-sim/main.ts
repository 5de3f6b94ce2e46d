import { processSettings } from "../infra/runtime/service/config.ts";
import { DAY_OPTIONS, numberFrom } from "../infra/runtime/service/day-options.ts";
import { withOptions } from "../infra/runtime/service/precedence.ts";
import { createProgram, runProgram } from "../infra/runtime/service/program.ts";
import { type StartService, serve } from "../infra/runtime/service/serve.ts";
import { LINES } from "../schemas/network/network.ts";
import { addControlCommands } from "./commands.ts";
import { simulatorConfig, simulatorSettings } from "./config.ts";
import { ControlClient } from "./control/client.ts";
import type { SimulatorOptions } from "./options.ts";
import { startSimulatorService } from "./service.ts";

const { env } = process;
const name = "firmware-sim";

const program = createProgram({
  name,
  description:
    "Every arrival sensor and turnstile of the three lines, on serial lines, in a city that lives.",
  settings: [simulatorSettings, processSettings],
  examples: `  npm run firmware-sim                                        the whole city at 60 times its speed
  npm run firmware-sim -- --stations 40380 --speed 1          one station, as it is
  npm run firmware-sim -- --link tcp://0.0.0.0:4001           lines for agents in other containers
  npm run firmware-sim -- fault unplug 40380-T1 --for 20s     pull a device of a running simulator
  npm run firmware-sim -- devices                             what each device holds
  npm run firmware-sim -- heal --all                          end all faults`,
  env,
  reaches: (command) => {
    if (command.parent) return ["FIRMWARE_SIM_URL"];
    return command.opts<{ weather: boolean }>().weather ? ["REST_PROXY_URL"] : [];
  },
})
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
  .action(({ link, ...options }: SimulatorOptions & { readonly link?: string }) => {
    const start: StartService = (context) => startSimulatorService(options, context);
    const services = [{ name, load: async () => ({ start }) }];
    return serve({ name, services, env: withOptions(env, { SERIAL_LINK: link }) });
  });

addControlCommands(
  program,
  () => {
    const { controlUrl, controlToken } = simulatorConfig(env);
    return new ControlClient(controlUrl, controlToken);
  },
  (text) => process.stdout.write(`${text}\n`),
);

await runProgram(program);
