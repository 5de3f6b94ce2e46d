import type { Server as Http1Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer as createTcpServer, type Socket } from "node:net";
import { systemClock } from "../clock.ts";
import { Exchange } from "./exchange.ts";
import { type HttpServer, listen } from "./listen.ts";

/** The first bytes of an HTTP/2 connection (RFC 9113 §3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0");
/** Requests of one connection at the same time. */
const MOST_STREAMS = 100;

export interface SharedPortLimits {
  /** Of both protocols together; undefined: any number. */
  readonly connections: number | undefined;
  /** For the first bytes of a connection, ms. */
  readonly headersMs: number;
  /** For a request's body to arrive whole, ms. */
  readonly requestMs: number;
  /** Without any request, ms. */
  readonly keepAliveMs: number;
}

/** HTTP/1.1 and HTTP/2 without TLS on one port, known by their first bytes. */
export function sharedPort(
  http1: Http1Server,
  answer: (exchange: Exchange) => void,
  limits: SharedPortLimits,
): HttpServer {
  const http2 = http2Server(answer, limits);
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    socket.setTimeout(limits.headersMs, () => socket.destroy());
    firstBytes(socket, (isHttp2) => {
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      (isHttp2 ? http2 : http1).emit("connection", socket);
    });
  });
  if (limits.connections !== undefined) server.maxConnections = limits.connections;
  // Node watches over a server's time limits from here on; this one never listens by itself.
  http1.emit("listening");
  const stop = (): Promise<void> => {
    // Not running, says Node, as it never listened; its watch over the limits ends all the same.
    http1.close(() => {});
    return new Promise((resolve) => server.close(() => resolve()));
  };
  return {
    listen: (port, host, exclusive) => listen(server, port, host, exclusive),
    drain() {
      http1.keepAliveTimeout = 1;
      return stop();
    },
    close() {
      const stopped = stop();
      for (const socket of sockets) socket.destroy();
      return stopped;
    },
  };
}

/** Asks for bytes until they can only be one protocol's, and puts them back. */
function firstBytes(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, PREFACE.length);
    const isHttp2 = PREFACE.subarray(0, length).equals(seen.subarray(0, length));
    if (isHttp2 && length < PREFACE.length) return;
    socket.off("data", onData);
    socket.pause();
    socket.unshift(seen);
    decide(isHttp2);
    process.nextTick(() => socket.resume());
  };
  socket.on("data", onData);
}

/** Node watches over the time that requests of HTTP/1 take; those of HTTP/2 it leaves to the server. */
function http2Server(answer: (exchange: Exchange) => void, limits: SharedPortLimits): Http2Server {
  const server = createHttp2Server(
    { settings: { maxConcurrentStreams: MOST_STREAMS } },
    (request, response) =>
      answer(new Exchange(request, response, { clock: systemClock, ms: limits.requestMs })),
  );
  server.on("session", (session: ServerHttp2Session) => {
    let open = 0;
    const watch = (): void => {
      session.setTimeout(open === 0 ? limits.keepAliveMs : 0);
    };
    session.on("timeout", () => session.close());
    session.on("stream", (stream) => {
      open++;
      watch();
      stream.on("close", () => {
        open--;
        watch();
      });
    });
    watch();
  });
  return server;
}
