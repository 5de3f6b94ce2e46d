import { createServer, type ServerOptions } from "node:http";
import { messageOf } from "../../../schemas/errors.ts";
import type { Logger } from "../logger.ts";
import { type AccessRules, checkAccess } from "./access.ts";
import { closedAccess } from "./access-settings.ts";
import { RestError } from "./errors.ts";
import { Exchange, type Headers } from "./exchange.ts";
import { type HttpServer, overHttp1 } from "./listen.ts";
import { createRouter, type Route } from "./router.ts";
import { sharedPort } from "./shared-port.ts";
import { checkToken } from "./token.ts";

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
  /** Whatever a handler, the router or the access rules throw, in the form of this server's protocol. */
  readonly errorAnswer: (error: unknown, exchange: Exchange) => ErrorAnswer;
  readonly logger: Logger;
  /** Whose requests are taken; left out: this machine's and those of the server's own page. */
  readonly access?: AccessRules;
  readonly limits?: HttpLimits;
  /** Serve HTTP/2 without TLS on the same port (RFC 9113 §3.3). */
  readonly http2?: boolean;
}

/** What one client may take. */
export interface HttpLimits {
  /** Left out: any number. */
  readonly connections?: number;
  /** For a request to arrive whole, ms: a client that trickles is cut off. */
  readonly requestMs?: number;
  /** For its head, ms. */
  readonly headersMs?: number;
  /** Between two requests of one connection, ms. */
  readonly keepAliveMs?: number;
  readonly headerBytes?: number;
}

/** A browser keeps a connection for minutes, a slow link sends some megabytes in one. */
const DEFAULT_LIMITS = {
  requestMs: 120_000,
  headersMs: 15_000,
  keepAliveMs: 75_000,
  headerBytes: 16 * 1024,
} satisfies HttpLimits;

/**
 * The frame of every small HTTP server here: limits, admission, routes, and one way for errors to become answers.
 *
 * A request is answered whatever happens; one that was cut off, or whose answer had begun, ends its connection.
 */
export function httpServer(options: HttpServerOptions): HttpServer {
  const route = createRouter(options.routes);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const access = options.access ?? closedAccess();
  const handle = async (exchange: Exchange): Promise<void> => {
    exchange.setHeader("x-content-type-options", "nosniff");
    checkAccess(exchange, access);
    checkToken(exchange, access.token);
    const { handler, params } = route(exchange.method, exchange.path);
    exchange.params = params;
    await handler(exchange);
  };
  const answer = (exchange: Exchange): void => {
    handle(exchange).catch((error: unknown) => answerError(options, exchange, error));
  };
  const http1 = createServer(timeLimits(limits), (request, response) =>
    answer(new Exchange(request, response)),
  );
  const connections = options.limits?.connections;
  if (connections !== undefined) http1.maxConnections = connections;
  return options.http2 ? sharedPort(http1, answer, { ...limits, connections }) : overHttp1(http1);
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

/** The limits as options of Node's server. */
export function timeLimits(limits: HttpLimits = {}): ServerOptions {
  const { requestMs, headersMs, keepAliveMs, headerBytes } = { ...DEFAULT_LIMITS, ...limits };
  return {
    requestTimeout: requestMs,
    headersTimeout: Math.min(headersMs, requestMs),
    // How often Node looks for requests over their time.
    connectionsCheckingInterval: Math.min(1_000, requestMs),
    keepAliveTimeout: keepAliveMs,
    maxHeaderSize: headerBytes,
  };
}
