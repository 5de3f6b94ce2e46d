import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { CodedError } from "../../schemas/errors.ts";

/** Connections not yet accepted: all agents of a network come back at once (Node's default is 511). */
const BACKLOG = 4_096;

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly maxConnections: number;
  readonly onConnection: (socket: Duplex) => void;
  /** A connection beyond `maxConnections` was closed. */
  readonly onDropped: () => void;
}

export interface Listener {
  readonly port: number;
  /** Take no new connections; the open ones stay. */
  stop(): void;
}

/**
 * MQTT over TCP.
 *
 * @throws {CodedError} PORT_TAKEN
 */
export function listenTcp(options: ListenOptions): Promise<Listener> {
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    // Finds peers that vanished without a word, which have no keepalive yet.
    socket.setKeepAlive(true, 60_000);
    options.onConnection(socket);
  });
  return listening(server, options);
}

function listening(server: Server, options: ListenOptions): Promise<Listener> {
  const { host, port, maxConnections, onDropped } = options;
  server.maxConnections = maxConnections;
  server.on("drop", onDropped);
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const message =
        cause.code === "EADDRINUSE"
          ? `port ${port} is in use: stop what holds it or set MQTT_PORT`
          : `cannot listen on ${host}:${port}: ${cause.message}`;
      reject(new CodedError("PORT_TAKEN", { message, retryable: false, context: { host, port }, cause }));
    });
    server.listen({ host, port, backlog: BACKLOG }, () => {
      resolve({ port: (server.address() as AddressInfo).port, stop: () => void server.close() });
    });
  });
}
