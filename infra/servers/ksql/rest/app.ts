import type { Registry } from "prom-client";
import { messageOf } from "../../../../schemas/errors.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import { mediaTypeOf, negotiate } from "../../../runtime/http/media.ts";
import { createRouter } from "../../../runtime/http/router.ts";
import { ERROR_CODE, refuse } from "../errors.ts";
import type { KsqlService } from "../service/ksql-service.ts";
import { knownProperty } from "../service/properties.ts";
import { HttpFailure, JSON_TYPE, jsonBody, objectOf, sendError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { insertsStream } from "./inserts-stream.ts";
import { writeJsonValue } from "./json.ts";
import { closeQueryEndpoint, queryEndpoint, queryStreamEndpoint } from "./query-endpoints.ts";
import { ROWS_TYPE } from "./row-writers.ts";

/** The version of ksqlDB whose API this is. */
const VERSION = "0.29.0";

interface AppOptions {
  readonly service: KsqlService;
  readonly clusterId: string;
  readonly serviceId: string;
  /** Answers and commands both reach Kafka. */
  readonly healthy: () => Promise<boolean>;
  /** For `/metrics`, in Prometheus's text form. */
  readonly metrics: Registry;
}

type Params = Readonly<Record<string, string>>;
type Handler = (exchange: Exchange, params: Params) => Promise<void> | void;

/** The REST API: every request is answered here, whatever happens. */
export function createApp(options: AppOptions): (exchange: Exchange) => void {
  const { service, clusterId, serviceId } = options;
  const json = (exchange: Exchange, body: unknown): void =>
    exchange.send(200, JSON_TYPE, writeJsonValue(body));
  const get = (path: string, handler: Handler): Parameters<typeof createRouter<Handler>>[0][number] => ({
    method: "GET",
    path,
    handler,
  });
  const post = (path: string, handler: Handler): ReturnType<typeof get> => ({
    method: "POST",
    path,
    handler,
  });
  const route = createRouter<Handler>([
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
    get("/metrics", async (exchange) =>
      exchange.send(200, options.metrics.contentType, await options.metrics.metrics()),
    ),
    get("/status", (exchange) => {
      const statuses = [...service.state.statuses].map(([id, { status }]) => [id, status] as const);
      json(exchange, { commandStatuses: Object.fromEntries(statuses) });
    }),
    get("/status/{type}/{entity}/{action}", (exchange, { type, entity, action }) => {
      const status = service.state.statuses.get(`${type}/${entity}/${action}`);
      if (!status) throw new HttpFailure(ERROR_CODE.notFound, "Command not found");
      json(exchange, status);
    }),
    get("/is_valid_property/{name}", (exchange, { name = "" }) => {
      try {
        knownProperty(name);
      } catch (error) {
        throw new HttpFailure(ERROR_CODE.badRequest, messageOf(error));
      }
      json(exchange, true);
    }),
    post("/ksql", async (exchange) => {
      const body = await jsonBody(exchange);
      const { ksql } = body;
      if (typeof ksql !== "string") {
        throw new HttpFailure(ERROR_CODE.badRequest, '"ksql" field must be populated');
      }
      json(
        exchange,
        await service.execute(ksql, objectOf(body["streamsProperties"]), objectOf(body["sessionVariables"])),
      );
    }),
    post("/ksql/terminate", () => {
      throw refuse("/ksql/terminate is not supported by the embedded server; ksqlDB runs it");
    }),
    post("/query", (exchange) => queryEndpoint(exchange, service)),
    post("/query-stream", (exchange) => queryStreamEndpoint(exchange, service)),
    post("/close-query", (exchange) => closeQueryEndpoint(exchange, service)),
    post("/inserts-stream", (exchange) => insertsStream(exchange, service)),
  ]);
  return (exchange) => {
    void (async () => {
      const { handler, params } = route(exchange.method, exchange.path);
      checkAccept(exchange);
      await handler(exchange, params);
    })().catch((error: unknown) => {
      if (exchange.begun) exchange.end();
      else if (error instanceof RestError && error.status === 404)
        exchange.send(404, "text/plain", "Not Found");
      else if (error instanceof RestError) exchange.send(error.status, "text/plain", error.message);
      else sendError(exchange, error);
    });
  };
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
