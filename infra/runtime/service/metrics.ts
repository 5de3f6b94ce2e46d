import { Counter, collectDefaultMetrics, Registry } from "prom-client";
import type { HttpServer } from "../http/listen.ts";
import { type ProbeAnswer, probeRoutes } from "../http/probes.ts";
import { httpServer, plainErrors } from "../http/server.ts";
import { requestsSent } from "../kafka/requests-sent.ts";
import type { Logger } from "../logger.ts";
import type { ProbeSettings } from "./config.ts";

/**
 * How often the event loop is looked at, ms. At the library's 10 ms each process here wakes up a hundred times a second
 * for that alone.
 */
const EVENT_LOOP_MS = 200;

/** A registry of this process's metrics, with the process's own (memory, event loop, requests to Kafka) already in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_MS });
  new Counter({
    name: "kafka_client_requests_total",
    help: "Requests sent to Kafka, by API.",
    labelNames: ["api"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [api, count] of requestsSent.byName()) this.inc({ api }, count);
    },
  });
  return registry;
}

/** The small server of a process without an HTTP server of its own. */
export interface ProbeServer extends Pick<HttpServer, "close"> {
  readonly url: string;
}

/**
 * `/metrics`, `/healthz` and `/readyz` at `PROBE_PORT`, which the supervisor gives.
 *
 * @returns undefined where no port is set.
 * @throws {CodedError} PORT_TAKEN
 */
export async function serveProbes(
  metrics: Registry,
  { PROBE_PORT: port, PROBE_HOST: host }: ProbeSettings,
  logger: Logger,
  probe: () => ProbeAnswer,
): Promise<ProbeServer | undefined> {
  if (port === undefined) return undefined;
  const server = httpServer({ routes: probeRoutes({ probe, metrics }), errorAnswer: plainErrors, logger });
  const { url } = await server.listen(port, host, true);
  return { url, close: () => server.close() };
}
