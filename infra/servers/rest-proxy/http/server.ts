import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { AccessRules } from "../../../runtime/http/access.ts";
import { textOf } from "../../../runtime/http/body.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import { type Probes, probeRoutes } from "../../../runtime/http/probes.ts";
import type { Route } from "../../../runtime/http/router.ts";
import { type Handler, httpServer } from "../../../runtime/http/server.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { refusal } from "../core/refusal.ts";
import type { ProduceDependencies } from "../produce.ts";
import { answerType, errorType, formatOf } from "./media.ts";
import { type ProxyHandler as ApiHandler, routes } from "./routes.ts";

export interface ProxyServerOptions {
  /** undefined until Kafka is reached: 503. */
  readonly proxy: () => ProduceDependencies | undefined;
  readonly metrics: Probes["metrics"];
  readonly logger: Logger;
  /** Bytes of a request's body, at most. */
  readonly maxBody: number;
  readonly access?: AccessRules;
}

/** The proxy's HTTP server, not yet listening: Confluent's API, and the probes that every service here has. */
export function proxyServer(options: ProxyServerOptions): HttpServer {
  const { proxy, metrics, logger, access } = options;
  const probe = () => ({ ready: proxy() !== undefined, detail: { waiting: proxy()?.producer.waiting ?? 0 } });
  return httpServer({
    routes: [
      ...probeRoutes({ probe, metrics }),
      ...routes.map((route) => served(route, options)),
      ...absentRoutes(),
    ],
    errorAnswer(error, { accept }) {
      const refused = refusalOf(error);
      return { status: refused.status, type: errorType(refused, accept), body: JSON.stringify(refused.body) };
    },
    logger,
    ...(access ? { access } : {}),
  });
}

function served({ method, path, handler }: Route<ApiHandler>, options: ProxyServerOptions): Route<Handler> {
  return {
    method,
    path,
    async handler(exchange) {
      const { params, headers } = exchange;
      const format = method === "POST" ? formatOf(headers["content-type"]) : "binary";
      const type = answerType(exchange.accept);
      const body = await exchange.body(options.maxBody);
      const proxy = options.proxy();
      if (!proxy) throw refusal.kafkaUnavailable("not reached yet");
      const result = await handler(proxy, { params, format, text: () => textOf(body) });
      exchange.send(200, type, JSON.stringify(result));
    },
  };
}

/** What Confluent's proxy has and this one has not: refused by name, not as an address that nobody knows. */
function absentRoutes(): readonly Route<Handler>[] {
  return Object.entries({ "/consumers/*": "The consumers' API", "/v3/*": "The v3 API" }).flatMap(
    ([path, what]) =>
      (["GET", "POST", "PUT", "DELETE"] as const).map((method) => ({
        method,
        path,
        handler() {
          throw new RestError(404, 404, `${what} is not supported by the built-in REST Proxy`);
        },
      })),
  );
}

function refusalOf(error: unknown): RestError {
  if (error instanceof RestError) return error;
  if (isCoded(error, "KAFKA_UNAVAILABLE")) return refusal.kafkaUnavailable(error.message);
  return new RestError(500, 500, messageOf(error));
}
