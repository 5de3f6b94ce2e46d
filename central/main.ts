import { Argument, Command } from "commander";
import { systemClock } from "../infra/runtime/clock.ts";
import { createLogger } from "../infra/runtime/logger.ts";
import { seededRandom } from "../infra/runtime/random.ts";
import { configCommand } from "../infra/runtime/service/config-print.ts";
import { reportFailure, runService } from "../infra/runtime/service/lifecycle.ts";
import { createMetrics, serveProbes } from "../infra/runtime/service/metrics.ts";
import { endWhenUnread } from "../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../schemas/errors.ts";
import { auditSettings } from "./audit/config.ts";
import { type CentralConfig, centralConfig, centralSettings } from "./config.ts";
import { dashboardSettings } from "./dashboard/config.ts";
import { dedupSettings } from "./dedup/config.ts";
import { RoleSet } from "./role-set.ts";
import { ROLES, type Role, type StartRole } from "./roles.ts";
import { stationsSettings } from "./stations/config.ts";
import { telemetrySettings } from "./telemetry/config.ts";

/** Literal paths, so that a bundler finds each role; loaded only when chosen. */
const LOAD: Readonly<Record<Role, () => Promise<{ readonly start: StartRole }>>> = {
  dedup: () => import("./dedup/role.ts"),
  stations: () => import("./stations/role.ts"),
  telemetry: () => import("./telemetry/role.ts"),
  audit: () => import("./audit/role.ts"),
  dashboard: () => import("./dashboard/role.ts"),
};

async function run(roles: readonly Role[], config: CentralConfig): Promise<never> {
  const logger = createLogger(roles.length === 1 ? (roles[0] ?? "central") : "central", config.LOG_LEVEL);
  return runService(logger, async (signal) => {
    const metrics = createMetrics("central");
    const set = new RoleSet(roles, async (role) => {
      const { start } = await LOAD[role]();
      const random = seededRandom(systemClock.now(), role);
      return start({
        env: process.env,
        logger: logger.child({ role }),
        clock: systemClock,
        random,
        metrics,
        signal,
      });
    });
    // Up before the roles, so that one that waits for a server can be asked what it waits for.
    const probes = await serveProbes(metrics, config, logger, () => set.probe());
    await set.start();
    logger.info({ roles, ...(probes ? { probe: probes.url } : {}) }, "ready");
    return {
      failed: set.failed,
      async stop() {
        await set.stop();
        await probes?.close();
      },
    };
  });
}

const program = new Command("central")
  .description("What works on Kafka's side: exactly-once counting, the table of stations, the page's server.")
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage))
  .addArgument(new Argument("[roles...]", "which of them to run in this process; none: all").choices(ROLES))
  .addHelpText(
    "after",
    `
Roles:
  dedup      removes what was delivered twice; writes the clean topics exactly once
  stations   makes the table of stations from the rows of PostgreSQL
  telemetry  writes the vehicles' events to PostgreSQL, each once
  audit      holds records against records, and says what is lost, doubled or miscounted
  dashboard  serves the page and its API

Examples:
  npm run central                    all in one process
  npm run central -- dedup           one; start it again elsewhere to share the work
  PROBE_PORT=9101 npm run central    with /metrics, /healthz and /readyz there`,
  )
  .action(async (roles: Role[]) => {
    try {
      await run(roles.length > 0 ? [...new Set(roles)] : ROLES, centralConfig(process.env));
    } catch (error) {
      reportFailure(createLogger("central"), error);
      process.exitCode = exitCodeOf(error);
    }
  });
program.addCommand(
  configCommand(
    [centralSettings, dedupSettings, stationsSettings, telemetrySettings, auditSettings, dashboardSettings],
    process.env,
  ),
);

endWhenUnread();
await program.parseAsync();
