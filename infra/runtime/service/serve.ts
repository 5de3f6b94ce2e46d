import type { Registry } from "prom-client";
import type { z } from "zod";
import { exitCodeOf } from "../../../schemas/errors.ts";
import { type Clock, systemClock } from "../clock.ts";
import { createLogger, type Logger } from "../logger.ts";
import { type Random, seededRandom } from "../random.ts";
import { logSettings, processSettings, readConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { reportFailure, runService } from "./lifecycle.ts";
import { createMetrics, serveProbes } from "./metrics.ts";
import { type NamedService, type RunningService, ServiceSet } from "./service-set.ts";

/** What a service gets from its process; several services of one process share all of it but logger and random. */
export interface ServiceContext {
  /** A service reads its own settings from it, by its own `config.ts`. */
  readonly env: Environment;
  /** Names the service, where the process has several. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The process's metrics: names start with the service's. */
  readonly metrics: Registry;
  /** Aborts when the process is asked to stop, also while a service still starts. */
  readonly signal: AbortSignal;
}

/** Resolves once the service has started (`RunningService.ready` when it works); rejects when it cannot. */
export type StartService = (context: ServiceContext) => Promise<RunningService>;

export interface Service extends NamedService {
  /** Loads only what this service needs: `import("./dedup/service.ts")`, a literal path, so that a bundler finds it. */
  readonly load: () => Promise<{ readonly start: StartService }>;
}

export interface ServeOptions {
  /** Of the process, in its log and its metrics. */
  readonly name: string;
  readonly services: readonly Service[];
  readonly env: Environment;
  /** The label `service` of its metrics; left out: the name. */
  readonly metricsName?: string;
  /** false: the service answers the probes on a port of its own. */
  readonly probes?: boolean;
  /** What every log line carries besides. */
  readonly bindings?: Readonly<Record<string, unknown>>;
  /** Everything is ready. @param probe - where the probes are; undefined: nowhere. */
  readonly onReady?: (probe: string | undefined) => void;
}

/**
 * Be the process of these services: settings, then the logger, then the probes, then the services in their order, until
 * a signal, a failure, or the end of the parent. Never returns; the exit code says how it ended (`EXIT`).
 */
export async function serve(options: ServeOptions): Promise<never> {
  const {
    name,
    services,
    env,
    metricsName = name,
    probes: hasProbes = true,
    bindings = {},
    onReady,
  } = options;
  const clock = systemClock;
  const early = createLogger(name);
  let config: z.output<typeof processSettings>;
  try {
    config = hasProbes
      ? readConfig(processSettings, env)
      : { ...readConfig(logSettings, env), PROBE_HOST: "127.0.0.1" };
  } catch (error) {
    reportFailure(early, error);
    process.exit(exitCodeOf(error));
  }
  const logger = createLogger(name, config.LOG_LEVEL).child(bindings);
  return runService({ logger, clock, env }, async (signal) => {
    const metrics = createMetrics(metricsName);
    const set = new ServiceSet(services, async (service) => {
      const { start } = await service.load();
      const own = services.length === 1 ? logger : logger.child({ service: service.name });
      const random = seededRandom(clock.now(), service.name);
      return start({ env, logger: own, clock, random, metrics, signal });
    });
    // Up before the services, so that one that waits for a server can be asked what it waits for.
    const probes = await serveProbes(metrics, config, logger, () => set.probe());
    // Not waited for: a signal must find what has started so far, also while the rest still waits for a server.
    const ready = set.start().then(() => {
      logger.info({ services: services.map((each) => each.name), probe: probes?.url }, "ready");
      onReady?.(probes?.url);
      return set.failed;
    });
    return {
      failed: Promise.race([ready, set.failed]),
      async stop() {
        await set.stop();
        await probes?.close();
      },
    };
  });
}
