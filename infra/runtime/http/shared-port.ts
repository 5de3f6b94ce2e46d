import type { Server as Http1Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTcpServer, type Socket } from "node:net";
import { Exchange } from "./exchange.ts";
import { type HttpServer, listen } from "./listen.ts";

/** The first bytes of an HTTP/2 connection (RFC 9113 §3.4): enough of them to tell it from any HTTP/1.1 request. */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

/** HTTP/1.1 and HTTP/2 without TLS on one port, known by their first bytes. */
export function sharedPort(http1: Http1Server, answer: (exchange: Exchange) => void): HttpServer {
  const http2 = createHttp2Server((request, response) => answer(new Exchange(request, response)));
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setNoDelay(true);
    socket.once("data", (first) => {
      socket.pause();
      const length = Math.min(first.length, PREFACE.length);
      const isHttp2 = PREFACE.subarray(0, length).equals(first.subarray(0, length));
      socket.unshift(first);
      (isHttp2 ? http2 : http1).emit("connection", socket);
      process.nextTick(() => socket.resume());
    });
  });
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
