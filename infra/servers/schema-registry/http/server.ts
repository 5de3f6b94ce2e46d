import { messageOf } from "../../../../schemas/errors.ts";
import type { AccessRules } from "../../../runtime/http/access.ts";
import { textOf } from "../../../runtime/http/body.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import { negotiate } from "../../../runtime/http/media.ts";
import { type ProbeAnswer, type Probes, probeRoutes } from "../../../runtime/http/probes.ts";
import type { Route } from "../../../runtime/http/router.ts";
import { type ErrorAnswer, type Handler, httpServer } from "../../../runtime/http/server.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { refusal } from "../core/errors.ts";
import type { RegistryStore } from "../store.ts";
import { compatibilityRoutes } from "./compatibility-routes.ts";
import { type ApiRoute, JsonText } from "./handler.ts";
import { metadataRoutes } from "./metadata-routes.ts";
import { named, parseBody } from "./request.ts";
import { schemaRoutes } from "./schema-routes.ts";
import { settingRoutes } from "./setting-routes.ts";
import { subjectRoutes } from "./subject-routes.ts";
import { tagRoutes } from "./tag-routes.ts";

const PRODUCED = [
  "application/vnd.schemaregistry.v1+json",
  "application/vnd.schemaregistry+json",
  "application/json",
] as const;
const CONSUMED = new Set<string>([...PRODUCED, "application/octet-stream"]);

/** Schemas are small; Confluent's own limit for one is 1 MB. */
const MAX_BODY = 4 * 1024 * 1024;

export interface RegistryServerOptions {
  /** undefined while the topic is still being read: 503. */
  readonly store: () => RegistryStore | undefined;
  readonly metrics: Probes["metrics"];
  readonly logger: Logger;
  readonly access?: AccessRules;
}

type Store = RegistryServerOptions["store"];

/** The registry's HTTP server, not yet listening: Confluent's API, and the probes that every service here has. */
export function registryServer({ store, metrics, logger, access }: RegistryServerOptions): HttpServer {
  const api = [
    ...subjectRoutes,
    ...tagRoutes,
    ...schemaRoutes,
    ...settingRoutes,
    ...compatibilityRoutes,
    ...metadataRoutes,
  ];
  return httpServer({
    routes: [
      ...probeRoutes({ probe: () => readiness(store()), metrics }),
      ...api.map((route) => served(route, store)),
    ],
    errorAnswer,
    logger,
    ...(access ? { access } : {}),
  });
}

function served({ method, path, handler }: ApiRoute, store: Store): Route<Handler> {
  return {
    method,
    path,
    async handler(exchange) {
      const type = negotiate(exchange.accept, PRODUCED);
      if (!type) throw new RestError(406, 406, "HTTP 406 Not Acceptable");
      const body = await consumed(exchange);
      const opened = store();
      if (!opened) throw refusal.notReady();
      const request = { params: exchange.params, query: exchange.query, body: () => parseBody(textOf(body)) };
      const result = await handler(
        opened,
        path.startsWith("/subjects/") ? named(opened.state, request) : request,
      );
      exchange.send(200, type, result instanceof JsonText ? result.text : JSON.stringify(result));
    },
  };
}

/** @throws {RestError} 413, 415 */
async function consumed(exchange: Exchange): Promise<Buffer> {
  const body = await exchange.body(MAX_BODY);
  const { mediaType } = exchange;
  if (body.length > 0 && mediaType !== undefined && !CONSUMED.has(mediaType)) {
    throw new RestError(415, 415, "HTTP 415 Unsupported Media Type");
  }
  return body;
}

function errorAnswer(error: unknown, { accept }: Exchange): ErrorAnswer {
  const known = error instanceof RestError ? error : new RestError(500, 500, messageOf(error));
  const type = negotiate(accept, PRODUCED) ?? PRODUCED[0];
  return { status: known.status, type, body: JSON.stringify(known.body) };
}

function readiness(store: RegistryStore | undefined): ProbeAnswer {
  if (!store) return { ready: false };
  const { state } = store;
  return { ready: true, detail: { subjects: state.subjects("live").length, schemas: state.nextId - 1 } };
}
