import { createServer } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { Exchange } from "./exchange.ts";

/** The first bytes of an HTTP/2 connection (RFC 9113 §3.4): enough of them to tell it from any HTTP/1.1 request. */
const PREFACE = Buffer.from("PRI * HTTP/2.0");

interface PolyglotServer {
  readonly server: TcpServer;
  /** Stop listening and cut what is open. */
  close(): Promise<void>;
}

/** HTTP/1.1 and HTTP/2 without TLS on one port, told apart by their first bytes. */
export function polyglotServer(handle: (exchange: Exchange) => void): PolyglotServer {
  const http1 = createServer((request, response) => handle(new Exchange(request, response)));
  const http2 = createHttp2Server((request, response) => handle(new Exchange(request, response)));
  // An answer may stay open for as long as its query runs.
  http1.requestTimeout = 0;
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
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
