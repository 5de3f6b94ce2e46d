import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../../../../schemas/errors.ts";
import { readBody, textOf } from "../../../runtime/http/body.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import { mediaTypeOf, negotiate } from "../../../runtime/http/media.ts";
import { createRouter } from "../../../runtime/http/router.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { refusal } from "../core/errors.ts";
import type { RegistryStore } from "../store.ts";
import { compatibilityRoutes } from "./compatibility-routes.ts";
import { JsonText } from "./handler.ts";
import { parseBody } from "./request.ts";
import { schemaRoutes } from "./schema-routes.ts";
import { settingRoutes } from "./setting-routes.ts";
import { subjectRoutes } from "./subject-routes.ts";

const PRODUCED = [
  "application/vnd.schemaregistry.v1+json",
  "application/vnd.schemaregistry+json",
  "application/json",
] as const;
const CONSUMED = new Set<string>([...PRODUCED, "application/octet-stream"]);

/** Schemas are small; Confluent's own limit for one is 1 MB. */
const MAX_BODY = 4 * 1024 * 1024;

export interface ServerOptions {
  /** undefined while the topic is still being read: 503. */
  readonly store: () => RegistryStore | undefined;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly logger: Logger;
}

const route = createRouter([...subjectRoutes, ...schemaRoutes, ...settingRoutes, ...compatibilityRoutes]);

/** The registry's HTTP server, not yet listening: Confluent's API, and the probes that every service here has. */
export function registryServer(options: ServerOptions): Server {
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
  const [path = "/", search = ""] = (request.url ?? "/").split("?", 2);
  if (await probe(options, path, response)) return;
  const type = negotiate(request.headers.accept, PRODUCED);
  try {
    if (!type) throw new RestError(406, 406, "HTTP 406 Not Acceptable");
    const result = await handle(options, request, path, new URLSearchParams(search));
    send(response, 200, type, result instanceof JsonText ? result.text : JSON.stringify(result));
  } catch (error) {
    const known = error instanceof RestError ? error : new RestError(500, 500, messageOf(error));
    if (known !== error) options.logger.error({ err: error, url: request.url }, "request failed");
    if (!request.complete) response.setHeader("connection", "close");
    send(response, known.status, type ?? PRODUCED[0], JSON.stringify(known.body));
  }
}

async function handle(
  options: ServerOptions,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
): Promise<unknown> {
  const { handler, params } = route(request.method ?? "GET", path);
  const body = await readBody(request, MAX_BODY);
  const sent = mediaTypeOf(request.headers["content-type"]);
  if (body.length > 0 && sent !== undefined && !CONSUMED.has(sent)) {
    throw new RestError(415, 415, "HTTP 415 Unsupported Media Type");
  }
  const store = options.store();
  if (!store) throw refusal.notReady();
  return handler(store, { params, query, body: () => parseBody(textOf(body)) });
}

async function probe(options: ServerOptions, path: string, response: ServerResponse): Promise<boolean> {
  if (path === "/healthz") send(response, 200, "text/plain", "ok\n");
  else if (path === "/metrics") {
    const { type, text } = await options.metrics();
    send(response, 200, type, text);
  } else if (path === "/readyz") {
    const state = options.store()?.state;
    const facts = state ? { subjects: state.subjects("live").length, schemas: state.nextId - 1 } : {};
    send(
      response,
      state ? 200 : 503,
      "application/json",
      JSON.stringify({ ready: state !== undefined, ...facts }),
    );
  } else return false;
  return true;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
