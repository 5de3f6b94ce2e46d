import type { AccessRules } from "../../infra/runtime/http/access.ts";
import { RestError } from "../../infra/runtime/http/errors.ts";
import type { Exchange } from "../../infra/runtime/http/exchange.ts";
import type { HttpServer } from "../../infra/runtime/http/listen.ts";
import { negotiate } from "../../infra/runtime/http/media.ts";
import { type Probes, probeRoutes } from "../../infra/runtime/http/probes.ts";
import { type ErrorAnswer, httpServer } from "../../infra/runtime/http/server.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { FLEET_LIMITS, type FleetEventsAnswer } from "../../schemas/fleet.ts";
import type { Intake } from "./intake.ts";
import { parseEvents, takenMediaType } from "./parse.ts";
import { EventRefusal, refusalOf } from "./refusal.ts";
import type { VehicleKeys } from "./vehicle-keys.ts";

export interface IngestServerOptions {
  readonly intake: Intake;
  /** Events in Kafka; null: not known. */
  readonly eventsInKafka: () => Promise<number | null>;
  readonly metrics: Probes["metrics"];
  readonly onAnswer: (status: number, events: number) => void;
  /** undefined: any vehicle may send. */
  readonly keys: VehicleKeys | undefined;
  readonly now: () => number;
  readonly logger: Logger;
  readonly access: AccessRules;
  readonly maxConnections: number;
  /** For a request to arrive whole, ms: a client that trickles is cut off. */
  readonly requestMs: number;
}

/** A body that is too large is read on up to here, so that its client sees the answer. */
const DISCARDED_BYTES = 16 * 1024 * 1024;
/** Longer than a load balancer keeps an idle connection (nginx: 60 s): it must not be closed under a new request. */
const KEEP_ALIVE_MS = 75_000;
const WELCOME = "Welcome to the fleet's telemetry. POST events here as JSON.";

/** `POST /events`, `GET /events` and the probes; not yet listening. */
export function ingestServer(options: IngestServerOptions): HttpServer {
  const { intake, metrics, logger, access, maxConnections, requestMs, onAnswer } = options;
  const probe = () => {
    const { ready, accepted, heldBytes } = intake;
    return { ready, detail: { accepted, heldBytes } };
  };
  return httpServer({
    routes: [
      { method: "POST", path: "/events", handler: (exchange) => post(options, exchange) },
      { method: "GET", path: "/events", handler: (exchange) => welcome(options, exchange) },
      ...probeRoutes({ probe, metrics }),
    ],
    errorAnswer(error) {
      const answer = errorAnswer(error);
      onAnswer(answer.status, 0);
      return answer;
    },
    logger,
    access,
    limits: {
      connections: maxConnections,
      requestMs,
      headersMs: Math.min(requestMs, 5_000),
      keepAliveMs: KEEP_ALIVE_MS,
      headerBytes: 16 * 1024,
    },
  });
}

async function post({ intake, keys, now, onAnswer }: IngestServerOptions, exchange: Exchange): Promise<void> {
  const { headers } = exchange;
  const type = takenMediaType(headers["content-type"]);
  const declared = Number(headers["content-length"] ?? FLEET_LIMITS.batchBytes);
  const room = Math.min(declared, FLEET_LIMITS.batchBytes);
  const events = await intake.holding(room, async () =>
    parseEvents(await exchange.body(FLEET_LIMITS.batchBytes, DISCARDED_BYTES), type, now()),
  );
  const vehicles = new Set(events.map((event) => event.vehicle_id));
  if (keys && ![...vehicles].every((vehicle) => keys.allow(vehicle, headers))) {
    throw new EventRefusal(401, { error: "no such key of this vehicle: send it as X-Api-Key" });
  }
  await intake.take(events, room);
  onAnswer(202, events.length);
  exchange.json(202, { accepted: events.length });
}

async function welcome({ intake, eventsInKafka }: IngestServerOptions, exchange: Exchange): Promise<void> {
  const answer: FleetEventsAnswer = {
    message: WELCOME,
    events: await eventsInKafka(),
    accepted: intake.accepted,
  };
  if (negotiate(exchange.accept, ["text/plain", "application/json"]) === "application/json") {
    exchange.json(200, answer);
    return;
  }
  const count = answer.events === null ? "not known: Kafka does not answer" : String(answer.events);
  exchange.send(200, "text/plain; charset=utf-8", `${WELCOME}\nEvents received: ${count}\n`);
}

function errorAnswer(error: unknown): ErrorAnswer {
  const { status, body, retryAfter } =
    unrouted(error) ?? refusalOf(error) ?? new EventRefusal(500, { error: "an error of the server" });
  return {
    status,
    type: "application/json",
    body: JSON.stringify(body),
    ...(retryAfter === undefined ? {} : { headers: { "retry-after": String(retryAfter) } }),
  };
}

/** What the router refused. */
function unrouted(error: unknown): EventRefusal | undefined {
  if (!(error instanceof RestError)) return undefined;
  if (error.status === 404) return new EventRefusal(404, { error: "there is only /events" });
  if (error.status === 401 || error.status === 403)
    return new EventRefusal(error.status, { error: error.message });
  if (error.status === 405) return new EventRefusal(405, { error: "GET or POST" });
  return undefined;
}
