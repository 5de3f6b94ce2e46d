import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import { readBody, textOf } from "../../../runtime/http/body.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import { createRouter } from "../../../runtime/http/router.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { refusal } from "../core/refusal.ts";
import type { ProduceDependencies } from "../produce.ts";
import { answerType, errorType, formatOf } from "./media.ts";
import { routes } from "./routes.ts";

export interface ServerOptions {
  /** undefined until Kafka is reached: 503. */
  readonly proxy: () => ProduceDependencies | undefined;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly logger: Logger;
  /** Bytes of a request's body, at most. */
  readonly maxBody: number;
}

const route = createRouter(routes);

/** The proxy's HTTP server, not yet listening: Confluent's API, and the probes that every service here has. */
export function proxyServer(options: ServerOptions): Server {
  return createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.logger.error({ err: error }, "request failed");
      response.destroy();
    });
  });
}

async function answer(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
  if (await probe(options, path, response)) return;
  try {
    const { handler, params } = route(request.method ?? "GET", path);
    const format = request.method === "POST" ? formatOf(request.headers["content-type"]) : "binary";
    const type = answerType(request.headers.accept);
    const body = await readBody(request, options.maxBody);
    const proxy = options.proxy();
    if (!proxy) throw refusal.kafkaUnavailable("not reached yet");
    const result = await handler(proxy, { params, format, text: () => textOf(body) });
    send(response, 200, type, JSON.stringify(result));
  } catch (error) {
    const refused = refusalOf(error, options.logger);
    if (!request.complete) response.setHeader("connection", "close");
    send(response, refused.status, errorType(refused, request.headers.accept), JSON.stringify(refused.body));
  }
}

function refusalOf(error: unknown, logger: Logger): RestError {
  if (error instanceof RestError) return error;
  if (isCoded(error, "KAFKA_UNAVAILABLE")) return refusal.kafkaUnavailable(error.message);
  logger.error({ err: error }, "request failed");
  return new RestError(500, 500, messageOf(error));
}

async function probe(options: ServerOptions, path: string, response: ServerResponse): Promise<boolean> {
  if (path === "/healthz") send(response, 200, "text/plain", "ok\n");
  else if (path === "/metrics") {
    const { type, text } = await options.metrics();
    send(response, 200, type, text);
  } else if (path === "/readyz") {
    const proxy = options.proxy();
    const facts = { ready: proxy !== undefined, waiting: proxy?.producer.waiting ?? 0 };
    send(response, proxy ? 200 : 503, "application/json", JSON.stringify(facts));
  } else return false;
  return true;
}

function send(response: ServerResponse, status: number, type: string | undefined, body: string): void {
  const length = { "content-length": Buffer.byteLength(body) };
  response.writeHead(status, type === undefined ? length : { ...length, "content-type": type });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
