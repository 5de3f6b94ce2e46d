import { Argument } from "commander";
import { processSettings } from "../infra/runtime/service/config.ts";
import { createProgram, runProgram } from "../infra/runtime/service/program.ts";
import { serve } from "../infra/runtime/service/serve.ts";
import { auditSettings } from "./audit/config.ts";
import { dashboardSettings } from "./dashboard/config.ts";
import { dedupSettings } from "./dedup/config.ts";
import { SERVICES } from "./services.ts";
import { stationsSettings } from "./stations/config.ts";
import { telemetrySettings } from "./telemetry/config.ts";

const { env } = process;

const program = createProgram({
  name: "central",
  description: "What works on Kafka's side: exactly-once counting, the table of stations, the page's server.",
  settings: [
    processSettings,
    dedupSettings,
    stationsSettings,
    telemetrySettings,
    auditSettings,
    dashboardSettings,
  ],
  examples: `  npm run central                    all in one process
  npm run central -- dedup           one; start it again elsewhere to share the work
  PROBE_PORT=9101 npm run central    with /metrics, /healthz and /readyz there`,
  env,
})
  .addArgument(
    new Argument("[services...]", "which of them to run in this process; none: all").choices(
      SERVICES.map(({ name }) => name),
    ),
  )
  .addHelpText(
    "after",
    `
Services:
  dedup      removes what was delivered twice; writes the clean topics exactly once
  stations   makes the table of stations from the rows of PostgreSQL
  telemetry  writes the vehicles' events to PostgreSQL, each once
  audit      holds records against records, and says what is lost, doubled or miscounted
  dashboard  serves the page and its API`,
  )
  .action((names: readonly string[]) => {
    const services = SERVICES.filter(({ name }) => names.length === 0 || names.includes(name));
    const [only] = services;
    const name = only && services.length === 1 ? only.name : "central";
    return serve({ name, metricsName: "central", services, env });
  });

await runProgram(program);
