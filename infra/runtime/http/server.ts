import { createServer, type ServerOptions } from "node:http";
import { messageOf } from "../../../schemas/errors.ts";
import { defined } from "../defined.ts";
import type { Logger } from "../logger.ts";
import { RestError } from "./errors.ts";
import { Exchange, type Headers } from "./exchange.ts";
import { type HttpServer, overHttp1 } from "./listen.ts";
import { createRouter, type Route } from "./router.ts";
import { sharedPort } from "./shared-port.ts";

/** Answers a request by the exchange's `send`, `json` or `begin`. What it throws is answered by `errorAnswer`. */
export type Handler = (exchange: Exchange) => Promise<void> | void;

export interface ErrorAnswer {
  /** 500 means that the error was not expected: it is logged. */
  readonly status: number;
  /** undefined: the answer names no type. */
  readonly type: string | undefined;
  readonly body: string;
  readonly headers?: Headers;
}

export interface HttpServerOptions {
  readonly routes: readonly Route<Handler>[];
  /** Whatever a handler, the router or `admit` throws, in the form of this server's protocol. */
  readonly errorAnswer: (error: unknown, exchange: Exchange) => ErrorAnswer;
  /** Asked before the route is looked up. @throws {RestError} when the request is refused, for example 403 */
  readonly admit?: (exchange: Exchange) => void;
  readonly logger: Logger;
  readonly limits?: HttpLimits;
  /** Serve HTTP/2 without TLS on the same port (RFC 9113 §3.3). */
  readonly http2?: boolean;
}

/** What one client may take; Node's own defaults where nothing is given. */
export interface HttpLimits {
  readonly connections?: number;
  /** For a request to arrive whole, ms: a client that trickles is cut off. */
  readonly requestMs?: number;
  /** For its head, ms. */
  readonly headersMs?: number;
  /** Between two requests of one connection, ms. */
  readonly keepAliveMs?: number;
  readonly headerBytes?: number;
}

/**
 * The frame of every small HTTP server here: limits, admission, routes, and one way for errors to become answers.
 *
 * A request is answered whatever happens; one that was cut off, or whose answer had begun, ends its connection.
 */
export function httpServer(options: HttpServerOptions): HttpServer {
  const route = createRouter(options.routes);
  const handle = async (exchange: Exchange): Promise<void> => {
    options.admit?.(exchange);
    const { handler, params } = route(exchange.method, exchange.path);
    exchange.params = params;
    await handler(exchange);
  };
  const answer = (exchange: Exchange): void => {
    handle(exchange).catch((error: unknown) => answerError(options, exchange, error));
  };
  const http1 = createServer(nodeOptions(options.limits), (request, response) =>
    answer(new Exchange(request, response)),
  );
  if (options.limits?.connections !== undefined) http1.maxConnections = options.limits.connections;
  return options.http2 ? sharedPort(http1, answer) : overHttp1(http1);
}

/** An error as a line of text; for servers whose protocol has no form of its own. */
export function plainErrors(error: unknown): ErrorAnswer {
  if (error instanceof RestError)
    return { status: error.status, type: "text/plain", body: `${error.message}\n` };
  return { status: 500, type: "text/plain", body: `${messageOf(error)}\n` };
}

function answerError({ errorAnswer, logger }: HttpServerOptions, exchange: Exchange, error: unknown): void {
  if (exchange.aborted || exchange.begun) {
    logger.debug({ reason: messageOf(error), path: exchange.path }, "a request ended without a whole answer");
    exchange.destroy();
    return;
  }
  try {
    const { status, type, body, headers } = errorAnswer(error, exchange);
    if (status === 500) logger.error({ err: error, path: exchange.path }, "request failed");
    exchange.closeUnlessRead();
    exchange.send(status, type, body, { ...(error instanceof RestError ? error.headers : {}), ...headers });
  } catch (failure) {
    logger.error({ err: failure }, "an error could not be answered");
    exchange.destroy();
  }
}

function nodeOptions(limits: HttpLimits = {}): ServerOptions {
  const { requestMs, headersMs, keepAliveMs, headerBytes } = limits;
  return defined({
    requestTimeout: requestMs,
    headersTimeout: headersMs,
    // How often Node looks for requests over their time.
    connectionsCheckingInterval: requestMs === undefined ? undefined : Math.min(1_000, requestMs),
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: headerBytes,
  });
}
