import cluster from "node:cluster";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { z } from "zod";
import { systemClock } from "../infra/runtime/clock.ts";
import { createLogger } from "../infra/runtime/logger.ts";
import { seededRandom } from "../infra/runtime/random.ts";
import { logLevel, probeSettings, readConfig } from "../infra/runtime/service/config.ts";
import { configCommand } from "../infra/runtime/service/config-print.ts";
import { reportFailure, runService } from "../infra/runtime/service/lifecycle.ts";
import { createMetrics, serveProbes } from "../infra/runtime/service/metrics.ts";
import { endWhenUnread } from "../infra/runtime/service/stdout.ts";
import { EXIT, exitCodeOf } from "../schemas/errors.ts";
import { credentialsCommand } from "./access/command.ts";
import { gatewaySettings } from "./config.ts";
import { EXAMPLES } from "./examples.ts";
import { ingestSettings } from "./http/config.ts";
import { clusterWorker, tellReady } from "./instances/cluster-worker.ts";
import { WorkerPool } from "./instances/worker-pool.ts";
import { SERVICES, type Service, type ServiceRunning, type StartService } from "./services.ts";

/** Literal paths, so that a bundler finds each; loaded only where it runs. */
const LOAD: Readonly<Record<Service, () => Promise<{ readonly start: StartService }>>> = {
  mqtt: () => import("./mqtt.ts"),
  http: () => import("./http/service.ts"),
};

/** Of the process; each service reads its own. */
const PROCESS = z.object({ ...probeSettings, LOG_LEVEL: logLevel });

const { env } = process;

function nameOf(services: readonly Service[]): string {
  return services.length === 1 && services[0] === "http" ? "fleet-ingest" : "gateway";
}

/** One process that serves all of these. */
async function serve(services: readonly Service[]): Promise<never> {
  const config = readConfig(PROCESS, env);
  const name = nameOf(services);
  const instance = env["GATEWAY_INSTANCE"];
  const root = createLogger(name, config.LOG_LEVEL);
  const logger = instance === undefined ? root : root.child({ instance: Number(instance) });
  return runService(logger, async (signal) => {
    const metrics = createMetrics(name);
    const running = new Map<Service, ServiceRunning>();
    const probes = await serveProbes(metrics, config, logger, () => answerOf(services, running));
    for (const service of services) {
      const { start } = await LOAD[service]();
      const own = services.length === 1 ? logger : logger.child({ service });
      running.set(service, await start({ env, logger: own, clock: systemClock, metrics, signal }));
    }
    tellReady({ probe: probes?.url ?? "" });
    const failures = [...running.values()].flatMap(({ failed }) => (failed ? [failed] : []));
    return {
      ...(failures.length > 0 ? { failed: Promise.race(failures) } : {}),
      async stop() {
        await Promise.all([...running.values()].map((each) => each.stop()));
        await probes?.close();
      },
    };
  });
}

/** One service answers for itself; of several each has its own part. */
function answerOf(services: readonly Service[], running: ReadonlyMap<Service, ServiceRunning>) {
  const waiting = { ready: false, detail: { waitingFor: "Kafka and the schema registry" } };
  const answers = services.map((service) => [service, running.get(service)?.probe() ?? waiting] as const);
  const [only] = answers;
  if (only && answers.length === 1) return only[1];
  const detail = Object.fromEntries(
    answers.map(([service, { ready, detail }]) => [service, { ready, ...detail }]),
  );
  return { ready: answers.every(([, { ready }]) => ready), detail };
}

/** This process only watches over the others; `PROBE_PORT` is its own, theirs follow it or are free ones. */
async function serveTogether(services: readonly Service[], size: number): Promise<never> {
  const config = readConfig(PROCESS, env);
  const name = nameOf(services);
  const logger = createLogger(name, config.LOG_LEVEL);
  return runService(logger, async () => {
    const pool = new WorkerPool({
      size,
      clock: systemClock,
      random: seededRandom(systemClock.now(), name),
      logger,
      launch: (instance) =>
        // Its tie to this process is the channel between them, not a pipe as stdin.
        clusterWorker({ GATEWAY_INSTANCE: String(instance), PROBE_PORT: "0", ELEVATED_PARENT: "" }),
    });
    const probes = await serveProbes(createMetrics(`${name}-parent`), config, logger, () => pool.probe());
    return {
      failed: pool.failed,
      async stop() {
        await pool.stop();
        await probes?.close();
      },
    };
  });
}

function instances(text: string): number {
  const size = Number(text);
  if (!Number.isInteger(size) || size < 1 || size > 64)
    throw new InvalidArgumentError("Give a whole number from 1 to 64.");
  return size;
}

const program = new Command("gateway")
  .description("MQTT for the agents, HTTP for the vehicles; acknowledges only what Kafka has.")
  .addArgument(
    new Argument("[services...]", "what to serve; none: both")
      .choices(SERVICES)
      .argParser((value: string, before: Service[] | undefined) => {
        const service = SERVICES.find((each) => each === value);
        if (!service) throw new InvalidArgumentError(`Allowed choices are ${SERVICES.join(", ")}.`);
        return [...(before ?? []), service];
      }),
  )
  .addOption(
    new Option("--instances <n>", "processes that share the ports; one that dies is started again")
      .env("GATEWAY_INSTANCES")
      .default(1)
      .argParser(instances),
  )
  .addHelpText("after", EXAMPLES)
  .action((chosen: readonly Service[] | undefined, options: { readonly instances: number }) => {
    const services = chosen && chosen.length > 0 ? [...new Set(chosen)] : SERVICES;
    if (cluster.isPrimary && options.instances > 1) return serveTogether(services, options.instances);
    return serve(services);
  })
  .addCommand(credentialsCommand(env))
  .addCommand(configCommand([gatewaySettings, ingestSettings], env))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

endWhenUnread();
try {
  await program.parseAsync();
} catch (error) {
  reportFailure(createLogger("gateway"), error);
  process.exit(exitCodeOf(error));
}
