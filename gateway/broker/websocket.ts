import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../infra/runtime/clock.ts";
import { isLoopback } from "../../infra/runtime/http/loopback.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { ClientFacts } from "../access/identity.ts";

export interface WebSocketOptions {
  /** Bytes of one WebSocket message, at most: a PUBLISH that passes fits into one. */
  readonly maxPacketBytes: number;
  /** No password is asked for: then no web page from elsewhere may speak here through its reader's browser. */
  readonly open: boolean;
  /** For the handshake, ms. */
  readonly connectMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onConnection: (stream: Duplex, client: ClientFacts) => void;
  readonly onRefused: (reason: "websocket-handshake") => void;
}

/** MQTT 3.1.1, 6; the second is what clients of MQTT 3.1 ask for. */
const SUBPROTOCOLS = ["mqtt", "mqttv3.1"];

/**
 * MQTT over WebSocket (MQTT 3.1.1, 6; RFC 6455), as Aedes' documentation has it: the messages' bytes are a stream.
 *
 * @returns what takes over a connection, TCP or TLS, before its first byte.
 */
export function overWebSocket(options: WebSocketOptions): (socket: Duplex, client: ClientFacts) => void {
  const { maxPacketBytes, connectMs, clock, logger, onConnection, onRefused } = options;
  const opening = new WeakMap<Duplex, { readonly client: ClientFacts; end(): void }>();
  const server = createServer((_request, response) => {
    response.writeHead(426, { connection: "close", upgrade: "websocket", "content-type": "text/plain" });
    response.end("MQTT over WebSocket is served here: connect by ws:// with an MQTT client\n");
  });
  const upgrade = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // What a client has compressed could be a thousand times as long.
    perMessageDeflate: false,
    maxPayload: maxPacketBytes,
    handleProtocols: (offered) => SUBPROTOCOLS.find((each) => offered.has(each)) ?? false,
  });
  const refuse = (socket: Duplex, status: string, reason: string): void => {
    onRefused("websocket-handshake");
    logger.warn({ reason }, "WebSocket refused");
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { origin } = request.headers;
    if (options.open && origin !== undefined && !isOfThisMachine(origin))
      return refuse(socket, "403 Forbidden", `without passwords, pages of ${origin} may not connect`);
    if (!offers(request)) return refuse(socket, "400 Bad Request", "no subprotocol mqtt is offered");
    const { client, end } = opening.get(request.socket) ?? {};
    upgrade.handleUpgrade(request, socket, head, (webSocket) => {
      end?.();
      onConnection(streamOf(webSocket, logger), client ?? { address: "unknown:0" });
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    refuse(socket, "400 Bad Request", error.code ?? error.message),
  );
  return (socket, client) => {
    // A server that does not listen itself has no time-outs of its own.
    const end = clock.after(connectMs, () => {
      onRefused("websocket-handshake");
      socket.destroy();
    });
    socket.once("close", end);
    opening.set(socket, { client, end });
    server.emit("connection", socket);
  };
}

function offers(request: IncomingMessage): boolean {
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((each) => each.trim());
  return SUBPROTOCOLS.some((each) => offered.includes(each));
}

function streamOf(webSocket: WebSocket, logger: Logger): Duplex {
  // [MQTT-6.0.0-1] Anything but binary frames ends the connection.
  webSocket.on("message", (_data, isBinary) => {
    if (!isBinary) webSocket.close(1003, "MQTT is binary");
  });
  webSocket.on("error", (error: NodeJS.ErrnoException) =>
    logger.warn({ reason: error.code ?? error.message }, "WebSocket failed"),
  );
  return createWebSocketStream(webSocket);
}

/** Was the page loaded from this machine? */
function isOfThisMachine(origin: string): boolean {
  return URL.canParse(origin) && isLoopback(new URL(origin).hostname);
}
