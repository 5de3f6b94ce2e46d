import type { Route } from "./router.ts";
import type { Handler } from "./server.ts";

export interface ProbeAnswer {
  readonly ready: boolean;
  /** What is still missing, or the facts of the running service, for a person. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

export interface Probes {
  readonly probe: () => ProbeAnswer;
  /** A registry of prom-client. */
  readonly metrics: { readonly contentType: string; metrics(): Promise<string> };
}

/**
 * The routes that every process here has: `/metrics` (Prometheus), `/healthz` (the process lives) and `/readyz` (200
 * or 503 with the detail as JSON).
 */
export function probeRoutes({ probe, metrics }: Probes): readonly Route<Handler>[] {
  const get = (path: string, handler: Handler): Route<Handler> => ({ method: "GET", path, handler });
  return [
    get("/healthz", (exchange) => exchange.send(200, "text/plain", "ok\n")),
    get("/readyz", (exchange) => {
      const { ready, detail } = probe();
      exchange.json(ready ? 200 : 503, { ready, ...detail });
    }),
    get("/metrics", async (exchange) => exchange.send(200, metrics.contentType, await metrics.metrics())),
  ];
}
