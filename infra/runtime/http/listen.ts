import type { Server } from "node:http";
import type { AddressInfo, Server as TcpServer } from "node:net";
import { CodedError } from "../../../schemas/errors.ts";

export interface HttpServer {
  /** Port 0 takes a free one. @throws {CodedError} PORT_TAKEN */
  listen(port: number, host?: string, exclusive?: boolean): Promise<{ port: number; url: string }>;
  /** Stop listening, and resolve once every request that was begun is answered. */
  drain(): Promise<void>;
  /** Stop listening and cut what is still open. */
  close(): Promise<void>;
}

/**
 * Listen and say where. Port 0 takes a free one.
 *
 * @param exclusive - a port of this process alone, also where it is one of a cluster that shares the others.
 * @throws {CodedError} PORT_TAKEN
 */
export function listen(
  server: TcpServer,
  port: number,
  host = "127.0.0.1",
  exclusive = false,
): Promise<{ port: number; url: string }> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new CodedError("PORT_TAKEN", {
          message:
            cause.code === "EADDRINUSE"
              ? `port ${port} is in use: stop what holds it or choose another`
              : `cannot listen on ${host}:${port}: ${cause.message}`,
          retryable: false,
          context: { host, port },
          cause,
        }),
      );
    });
    server.listen({ port, host, exclusive }, () => {
      const actual = (server.address() as AddressInfo).port;
      resolve({ port: actual, url: `http://${host}:${actual}` });
    });
  });
}

/** Stop listening and cut what is still open. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Stop listening, and resolve once every request that was begun is answered. */
export function drainServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose last request is answered from here on is not kept for another.
    server.keepAliveTimeout = 1;
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/** A server of one protocol as the frame offers it. */
export function overHttp1(server: Server): HttpServer {
  return {
    listen: (port, host, exclusive) => listen(server, port, host, exclusive),
    drain: () => drainServer(server),
    close: () => closeServer(server),
  };
}
