import { createServer, type Server } from "node:http";
import { collectDefaultMetrics, Registry } from "prom-client";
import { listen } from "../http/listen.ts";
import type { ProbeSettings } from "./config.ts";

/** A registry of this process's metrics, with the process's own (memory, event loop) already in it. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}

export interface ProbeAnswer {
  readonly ready: boolean;
  /** What is still missing, or the facts of the running service, for a person. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/**
 * `/metrics` (Prometheus), `/healthz` (the process lives) and `/readyz` (200 or 503 with the detail as JSON), for
 * processes without an HTTP server of their own. The supervisor gives the port in `PROBE_PORT`.
 *
 * @returns undefined where no port is set.
 * @throws {CodedError} PORT_TAKEN
 */
export async function serveProbes(
  registry: Registry,
  { PROBE_PORT: port, PROBE_HOST: host }: ProbeSettings,
  probe: () => ProbeAnswer,
): Promise<{ server: Server; url: string } | undefined> {
  if (port === undefined) return undefined;
  const server = createServer((request, response) => {
    if (request.url === "/metrics") {
      void registry.metrics().then((text) => {
        response.setHeader("content-type", registry.contentType);
        response.end(text);
      });
    } else if (request.url === "/healthz") response.end("ok\n");
    else if (request.url === "/readyz") {
      const answer = probe();
      response.writeHead(answer.ready ? 200 : 503, { "content-type": "application/json" });
      response.end(JSON.stringify({ ready: answer.ready, ...answer.detail }));
    } else response.writeHead(404).end();
  });
  const { url } = await listen(server, port, host, true);
  return { server, url };
}
