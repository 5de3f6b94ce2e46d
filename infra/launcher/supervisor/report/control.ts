import { z } from "zod";
import { messageOf } from "../../../../schemas/errors.ts";
import { SYSTEM_FAULTS, type SystemFault } from "../../../../schemas/system-faults.ts";
import { defined } from "../../../runtime/defined.ts";
import { closedAccess } from "../../../runtime/http/access-settings.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import type { Route } from "../../../runtime/http/router.ts";
import { type Handler, httpServer } from "../../../runtime/http/server.ts";
import type { Logger } from "../../../runtime/logger.ts";
import type { FaultOrder } from "../faults/maker.ts";
import type { PartReport } from "../supervise/supervisor.ts";

/** What the control server shows and does. */
export interface SupervisorControls {
  readonly startedAt: number;
  /** The supervisor's own. */
  readonly pid: number;
  /** The system's state folder. */
  readonly home: string;
  reports(): readonly PartReport[];
  /** @returns false when there is no such part. */
  request(name: string, what: "start" | "stop" | "kill"): boolean;
  /** Faults that can be made here now. */
  faults(): readonly SystemFault[];
  /** @throws {RestError} */
  strike(kind: SystemFault, order: FaultOrder): void;
}

const faultRequest = z.strictObject({
  kind: z.enum(SYSTEM_FAULTS),
  forMs: z.int().positive(),
  target: z.string().optional(),
});
/** Of a request's body, bytes. */
const BODY_LIMIT = 1_024;

/**
 * `GET /status`, `GET /metrics`, `POST /parts/{name}/{start|stop|kill}` and `POST /faults`, for the page, tests and
 * `status`; only for callers on this machine.
 *
 * @param token - what a POST must bear; left out: nothing.
 */
export function controlServer(controlled: SupervisorControls, logger: Logger, token?: string): HttpServer {
  let metrics: ReturnType<typeof metricsOf> | undefined;
  const command = (what: "start" | "stop" | "kill") =>
    ({
      method: "POST",
      path: `/parts/:name/${what}`,
      handler(exchange) {
        const { name = "" } = exchange.params;
        if (!controlled.request(name, what)) throw new RestError(404, 404, `there is no part "${name}"`);
        exchange.json(202, { accepted: true });
      },
    }) satisfies Route<Handler>;
  return httpServer({
    routes: [
      {
        method: "GET",
        path: "/status",
        handler(exchange) {
          const { startedAt, pid, home } = controlled;
          exchange.json(200, {
            startedAt,
            pid,
            home,
            parts: controlled.reports(),
            faults: controlled.faults(),
          });
        },
      },
      {
        method: "GET",
        path: "/metrics",
        async handler(exchange) {
          metrics ??= metricsOf(controlled);
          const { type, text } = await metrics;
          exchange.send(200, type, await text());
        },
      },
      {
        method: "POST",
        path: "/faults",
        async handler(exchange) {
          const { kind, forMs, target } = orderIn(await exchange.text(BODY_LIMIT));
          controlled.strike(kind, { forMs, ...defined({ target }) });
          exchange.json(202, { accepted: true });
        },
      },
      command("start"),
      command("stop"),
      command("kill"),
    ],
    errorAnswer: (error) => ({
      status: error instanceof RestError ? error.status : 500,
      type: "application/json",
      body: JSON.stringify({ error: messageOf(error) }),
    }),
    logger,
    access: closedAccess(token),
  });
}

/** @throws {RestError} 422 */
function orderIn(body: string): z.output<typeof faultRequest> {
  try {
    return faultRequest.parse(JSON.parse(body));
  } catch {
    const kinds = SYSTEM_FAULTS.join(", ");
    throw new RestError(422, 422, `give {"kind":…,"forMs":…} as JSON; kinds are ${kinds}`);
  }
}

/** Loaded at the first request for it: a start does not wait for it. */
async function metricsOf(controlled: SupervisorControls) {
  const { supervisorMetrics } = await import("./metrics.ts");
  return supervisorMetrics(() => controlled.reports());
}
