import { messageOf } from "../../../../schemas/errors.ts";
import type { AccessRules } from "../../../runtime/http/access.ts";
import type { Exchange } from "../../../runtime/http/exchange.ts";
import type { HttpServer } from "../../../runtime/http/listen.ts";
import { mediaTypeOf, negotiate } from "../../../runtime/http/media.ts";
import { type Probes, probeRoutes } from "../../../runtime/http/probes.ts";
import type { Route } from "../../../runtime/http/router.ts";
import { type Handler, httpServer } from "../../../runtime/http/server.ts";
import type { Logger } from "../../../runtime/logger.ts";
import { ERROR_CODE, refuse } from "../errors.ts";
import type { KsqlService } from "../service/ksql-service.ts";
import { knownProperty } from "../service/properties.ts";
import { errorAnswer, HttpFailure, JSON_TYPE, jsonBody, objectOf } from "./errors.ts";
import { insertsStream } from "./inserts-stream.ts";
import { writeJsonValue } from "./json.ts";
import { closeQueryEndpoint, queryEndpoint, queryStreamEndpoint } from "./query-endpoints.ts";
import { ROWS_TYPE } from "./row-writers.ts";

/** The version of ksqlDB whose API this is. */
const VERSION = "0.29.0";

interface AppOptions extends Probes {
  readonly service: KsqlService;
  readonly clusterId: string;
  readonly serviceId: string;
  /** Answers and commands both reach Kafka. */
  readonly healthy: () => Promise<boolean>;
  readonly logger: Logger;
  readonly access?: AccessRules;
}

/** The REST API, not yet listening, over HTTP/1.1 and HTTP/2. */
export function ksqlHttpServer(options: AppOptions): HttpServer {
  const routes = [...aboutRoutes(options), ...statementRoutes(options), ...probeRoutes(options)];
  const { logger, access } = options;
  return httpServer({ routes, errorAnswer, logger, http2: true, ...(access ? { access } : {}) });
}

const checked =
  (method: "GET" | "POST") =>
  (path: string, handler: Handler): Route<Handler> => ({
    method,
    path,
    handler(exchange) {
      checkAccept(exchange);
      return handler(exchange);
    },
  });
const get = checked("GET");
const post = checked("POST");

function json(exchange: Exchange, body: unknown): void {
  exchange.send(200, JSON_TYPE, writeJsonValue(body));
}

/** What the server says of itself. */
function aboutRoutes(options: AppOptions): readonly Route<Handler>[] {
  const { clusterId, serviceId } = options;
  return [
    get("/", (exchange) => exchange.send(307, JSON_TYPE, "", { location: "/info" })),
    get("/info", (exchange) =>
      json(exchange, {
        KsqlServerInfo: {
          version: VERSION,
          kafkaClusterId: clusterId,
          ksqlServiceId: serviceId,
          serverStatus: "RUNNING",
        },
      }),
    ),
    get("/healthcheck", async (exchange) => json(exchange, await health(options))),
    get("/v1/metadata", (exchange) =>
      json(exchange, {
        version: VERSION,
        clusterId: {
          id: "",
          scope: { path: [], clusters: { "kafka-cluster": clusterId, "ksql-cluster": serviceId } },
        },
      }),
    ),
    get("/chc/live", (exchange) => json(exchange, {})),
    get("/chc/ready", (exchange) => json(exchange, {})),
    get("/is_valid_property/:name", (exchange) => {
      try {
        knownProperty(exchange.params["name"] ?? "");
      } catch (error) {
        throw new HttpFailure(ERROR_CODE.badRequest, messageOf(error));
      }
      json(exchange, true);
    }),
  ];
}

/** Statements, their status, and queries. */
function statementRoutes({ service }: AppOptions): readonly Route<Handler>[] {
  return [
    get("/status", (exchange) => {
      const statuses = [...service.state.statuses].map(([id, { status }]) => [id, status] as const);
      json(exchange, { commandStatuses: Object.fromEntries(statuses) });
    }),
    get("/status/:type/:entity/:action", (exchange) => {
      const { type, entity, action } = exchange.params;
      const status = service.state.statuses.get(`${type}/${entity}/${action}`);
      if (!status) throw new HttpFailure(ERROR_CODE.notFound, "Command not found");
      json(exchange, status);
    }),
    post("/ksql", async (exchange) => {
      const { ksql, streamsProperties, sessionVariables } = await jsonBody(exchange);
      if (typeof ksql !== "string") {
        throw new HttpFailure(ERROR_CODE.badRequest, '"ksql" field must be populated');
      }
      json(exchange, await service.execute(ksql, objectOf(streamsProperties), objectOf(sessionVariables)));
    }),
    post("/ksql/terminate", () => {
      throw refuse("/ksql/terminate is not supported by the built-in server; ksqlDB runs it");
    }),
    post("/query", (exchange) => queryEndpoint(exchange, service)),
    post("/query-stream", (exchange) => queryStreamEndpoint(exchange, service)),
    post("/close-query", (exchange) => closeQueryEndpoint(exchange, service)),
    post("/inserts-stream", (exchange) => insertsStream(exchange, service)),
  ];
}

const QUERY_PATHS = new Set(["/query", "/query-stream", "/inserts-stream"]);

function checkAccept({ path, accept }: Exchange): void {
  if (QUERY_PATHS.has(path) || !mediaTypeOf(accept)) return;
  if (!negotiate(accept, [ROWS_TYPE, JSON_TYPE])) throw new HttpFailure(40600, "Not Acceptable");
}

async function health({ healthy }: AppOptions): Promise<object> {
  const isHealthy = await healthy();
  return {
    isHealthy,
    details: { metastore: { isHealthy }, kafka: { isHealthy }, commandRunner: { isHealthy } },
    serverState: "READY",
  };
}
