import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { PartReport } from "../supervise/supervisor.ts";

/** What the control server shows and does. */
export interface Controlled {
  readonly startedAt: number;
  /** The supervisor's own. */
  readonly pid: number;
  reports(): readonly PartReport[];
  /** @returns false when there is no such part. */
  request(name: string, what: "start" | "stop" | "kill"): boolean;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;
const ORIGIN = /^https?:\/\/(.+)$/;

/**
 * `GET /status`, `GET /metrics` and `POST /parts/{name}/{start|stop|kill}`, for the page, tests and `status`.
 *
 * Only for callers on this machine that know what they ask: a name other than loopback's in Host or Origin is a web
 * page of somewhere else that found the port (DNS rebinding, cross-site requests).
 */
export function controlServer(controlled: Controlled): Server {
  let metrics: ReturnType<typeof metricsOf> | undefined;
  return createServer((request, response) => {
    request.resume();
    if (!isLocal(request)) return answer(response, 403, { error: "only from this machine" });
    const path = request.url?.split("?")[0] ?? "/";
    if (request.method === "GET" && path === "/status") {
      const { startedAt, pid } = controlled;
      return answer(response, 200, { startedAt, pid, parts: controlled.reports() });
    }
    if (request.method === "GET" && path === "/metrics") {
      metrics ??= metricsOf(controlled);
      void metrics.then(async ({ type, text }) => {
        response.setHeader("content-type", type);
        response.end(await text());
      });
      return;
    }
    const match = /^\/parts\/([^/]+)\/(start|stop|kill)$/.exec(path);
    if (request.method !== "POST" || !match?.[1]) return answer(response, 404, { error: "not found" });
    const found = controlled.request(match[1], match[2] as "start" | "stop" | "kill");
    if (found) answer(response, 202, { accepted: true });
    else answer(response, 404, { error: `there is no part "${match[1]}"` });
  });
}

/** Loaded when somebody asks for the first time: a start does not wait for it. */
async function metricsOf(controlled: Controlled) {
  const { supervisorMetrics } = await import("./metrics.ts");
  return supervisorMetrics(() => controlled.reports());
}

function isLocal({ headers }: IncomingMessage): boolean {
  if (!LOOPBACK.test(headers.host ?? "")) return false;
  return headers.origin === undefined || LOOPBACK.test(ORIGIN.exec(headers.origin)?.[1] ?? "");
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
