import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { readBody } from "../../infra/runtime/http/body.ts";
import { negotiate } from "../../infra/runtime/http/media.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { messageOf } from "../../schemas/errors.ts";
import { FLEET_LIMITS, type FleetEventsAnswer } from "../../schemas/fleet.ts";
import type { Intake } from "./intake.ts";
import { parseEvents, takenMediaType } from "./parse.ts";
import { Refusal, refusalOf } from "./refusal.ts";
import type { VehicleKeys } from "./vehicle-keys.ts";

export interface IngestServerOptions {
  readonly intake: Intake;
  /** Events in Kafka; null: not known. */
  readonly eventsInKafka: () => Promise<number | null>;
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
  readonly onAnswer: (status: number, events: number) => void;
  /** undefined: any vehicle may send. */
  readonly keys: VehicleKeys | undefined;
  readonly now: () => number;
  readonly logger: Logger;
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
export function ingestServer(options: IngestServerOptions): Server {
  const server = createServer(
    {
      requestTimeout: options.requestMs,
      headersTimeout: Math.min(options.requestMs, 5_000),
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16 * 1024,
    },
    (request, response) => {
      answer(options, request, response).catch((error: unknown) => {
        options.logger.debug({ reason: messageOf(error) }, "a request ended without an answer");
        response.destroy();
      });
    },
  );
  server.maxConnections = options.maxConnections;
  return server;
}

async function answer(
  options: IngestServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0];
  try {
    if (path === "/events") {
      if (request.method === "POST") return await post(options, request, response);
      if (request.method === "GET" || request.method === "HEAD") {
        return await welcome(options, request, response);
      }
      response.setHeader("allow", "GET, HEAD, POST");
      throw new Refusal(405, { error: "GET or POST" });
    }
    if (await probe(options, path, response)) return;
    throw new Refusal(404, { error: "there is only /events" });
  } catch (error) {
    refuse(options, request, response, error);
  }
}

async function post(
  { intake, keys, now, onAnswer }: IngestServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const type = takenMediaType(request.headers["content-type"]);
  const declared = Number(request.headers["content-length"] ?? FLEET_LIMITS.batchBytes);
  const room = Math.min(declared, FLEET_LIMITS.batchBytes);
  const events = await intake.holding(room, async () =>
    parseEvents(await readBody(request, FLEET_LIMITS.batchBytes, DISCARDED_BYTES), type, now()),
  );
  const vehicles = new Set(events.map((event) => event.vehicle_id));
  if (keys && ![...vehicles].every((vehicle) => keys.allow(vehicle, request.headers))) {
    throw new Refusal(401, { error: "no such key of this vehicle: send it as X-Api-Key" });
  }
  await intake.take(events, room);
  onAnswer(202, events.length);
  send(response, 202, "application/json", JSON.stringify({ accepted: events.length }));
}

async function welcome(
  { intake, eventsInKafka }: IngestServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer: FleetEventsAnswer = {
    message: WELCOME,
    events: await eventsInKafka(),
    accepted: intake.accepted,
  };
  const type = negotiate(request.headers.accept, ["text/plain", "application/json"]);
  if (type === "application/json") send(response, 200, type, JSON.stringify(answer));
  else {
    const count = answer.events === null ? "not known: Kafka does not answer" : String(answer.events);
    send(response, 200, "text/plain; charset=utf-8", `${WELCOME}\nEvents received: ${count}\n`);
  }
}

async function probe(
  { intake, metrics }: IngestServerOptions,
  path: string | undefined,
  response: ServerResponse,
): Promise<boolean> {
  if (path === "/healthz") send(response, 200, "text/plain", "ok\n");
  else if (path === "/metrics") {
    const { type, text } = await metrics();
    send(response, 200, type, text);
  } else if (path === "/readyz") {
    const { ready, accepted, heldBytes } = intake;
    send(response, ready ? 200 : 503, "application/json", JSON.stringify({ ready, accepted, heldBytes }));
  } else return false;
  return true;
}

function refuse(
  { logger, onAnswer }: IngestServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  // The client went away, or was cut off because it trickled.
  if (request.destroyed && !request.complete) throw error;
  const refusal = refusalOf(error);
  if (!refusal) logger.error({ err: error }, "a request failed");
  const { status, body, retryAfter } = refusal ?? new Refusal(500, { error: "an error of the server" });
  if (!request.complete) response.setHeader("connection", "close");
  if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter);
  onAnswer(status, 0);
  send(response, status, "application/json", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
