import { once } from "node:events";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { connect } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Logger, silentLogger } from "../logger.ts";
import type { HttpServer } from "./listen.ts";
import { probeRoutes } from "./probes.ts";
import { type Handler, type HttpServerOptions, httpServer, plainErrors } from "./server.ts";

const get = (path: string, handler: Handler) => ({ method: "GET", path, handler }) as const;
const post = (path: string, handler: Handler) => ({ method: "POST", path, handler }) as const;

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(options: Partial<HttpServerOptions>): Promise<{ url: string; port: number }> {
  server = httpServer({ routes: [], errorAnswer: plainErrors, logger: silentLogger, ...options });
  return server.listen(0);
}

/** Everything that comes back for these bytes, until the server ends the connection. */
async function raw(port: number, ...texts: readonly string[]): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  for (const text of texts) socket.write(text);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  socket.on("error", () => {});
  await once(socket, "close");
  return answer;
}

const echo = [
  get("/items/:item", (exchange) =>
    exchange.json(200, { item: exchange.params["item"], q: exchange.query.get("q") }),
  ),
  post("/items", async (exchange) => exchange.send(200, "text/plain", await exchange.text(4))),
];

describe.each([false, true])("on a port that serves HTTP/2 too: %s", (http2) => {
  test("a request finds its route, with parameters and query decoded", async () => {
    const { url } = await serve({ routes: echo, http2 });
    const response = await fetch(`${url}/items/a%2Fb%20c/?q=x%20y`);
    expect(await response.json()).toEqual({ item: "a/b c", q: "x y" });
  });

  test("HEAD is GET without its body", async () => {
    const { url } = await serve({ routes: echo, http2 });
    const response = await fetch(`${url}/items/a`, { method: "HEAD" });
    expect(response.headers.get("content-length")).toBe('{"item":"a","q":null}'.length.toString());
    expect(await response.text()).toBe("");
  });

  test("a target in absolute form is as good as its path (RFC 9112 §3.2.2)", async () => {
    const { port } = await serve({ routes: echo, http2 });
    const head = "Host: localhost\r\nConnection: close\r\n\r\n";
    expect(await raw(port, `GET http://localhost/items/a?q=1 HTTP/1.1\r\n${head}`)).toContain('"q":"1"');
    expect(await raw(port, `GET http://localhost HTTP/1.1\r\n${head}`)).toContain("404 Not Found");
  });

  test.each([
    ["GET", "/nothing", undefined, 404, null],
    ["PUT", "/items", undefined, 405, "POST"],
    ["POST", "/items/a", undefined, 405, "GET, HEAD"],
    ["GET", "/items/%E0%A4%A", undefined, 400, null],
    ["POST", "/items", "too long", 413, null],
  ])("%s %s, body %s: %d", async (method, path, body, status, allow) => {
    const { url } = await serve({ routes: echo, http2 });
    const response = await fetch(`${url}${path}`, { method, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow);
  });

  test("a body that stays too large is answered before its end, and the connection ends", async () => {
    const { port } = await serve({ routes: echo, http2 });
    const answer = await raw(
      port,
      "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\nabc",
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*connection: close/is);
  });

  test("an answer that fails halfway is cut off, never passed off as whole", async () => {
    const { url } = await serve({
      routes: [
        get("/rows", async (exchange) => {
          exchange.begin(200, "text/plain");
          await exchange.write("row 1\n");
          throw new Error("no row 2");
        }),
      ],
      http2,
    });
    const response = await fetch(`${url}/rows`);
    await expect(response.text()).rejects.toThrow();
  });

  test("a drained server answers what was begun and takes nothing new", async () => {
    let finish = (): void => {};
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let entered = (): void => {};
    const inside = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const { url } = await serve({
      routes: [
        get("/slow", async (exchange) => {
          entered();
          await begun;
          exchange.send(200, "text/plain", "done");
        }),
      ],
      http2,
    });
    const answer = fetch(`${url}/slow`);
    await inside;
    const drained = server?.drain();
    await expect(fetch(`${url}/slow`)).rejects.toThrow();
    finish();
    expect(await (await answer).text()).toBe("done");
    await drained;
  });

  test("a client that trickles its request is cut off", async () => {
    const { port } = await serve({ routes: echo, http2, limits: { requestMs: 200, headersMs: 100 } });
    expect(await raw(port, "POST /items HTTP/1.1\r\nHost: a\r\n")).toContain("408 Request Timeout");
  });
});

test("an error that was not expected is logged and answered with 500", async () => {
  const logged = vi.fn();
  const logger = { ...silentLogger, error: logged } as unknown as Logger;
  const failure = new Error("no luck");
  const { url } = await serve({
    routes: [
      get("/fails", () => {
        throw failure;
      }),
    ],
    logger,
  });
  const response = await fetch(`${url}/fails`);
  expect([response.status, await response.text()]).toEqual([500, "no luck\n"]);
  expect(logged).toHaveBeenCalledExactlyOnceWith({ err: failure, path: "/fails" }, "request failed");
});

test("an error whose answer fails in turn ends the connection", async () => {
  const { url } = await serve({
    routes: echo,
    errorAnswer: () => {
      throw new Error("no answer");
    },
  });
  await expect(fetch(`${url}/nothing`)).rejects.toThrow();
});

test.each([false, true])("access is checked before the route is looked up; HTTP/2 too: %s", async (http2) => {
  const { port } = await serve({ routes: echo, http2 });
  const ask = (line: string, host: string, origin = "") =>
    raw(port, `${line} HTTP/1.1\r\nHost: ${host}\r\n${origin}Connection: close\r\n\r\n`);
  expect(await ask("GET /nothing", "127.0.0.1:1")).toContain("404 Not Found");
  expect(await ask("GET /nothing", "rebound.example.org")).toContain("403 Forbidden");
  expect(await ask("POST /items", "localhost", "Origin: https://example.org\r\n")).toContain("403 Forbidden");
  expect(await ask("POST /items", "localhost", "Origin: http://localhost\r\n")).toContain("200 OK");
});

test("access is checked over HTTP/2 as well", async () => {
  const { url } = await serve({ routes: echo, http2: true });
  const session = connectHttp2(url);
  const statusOf = async (headers: Record<string, string>): Promise<unknown> => {
    const stream = session.request({ ":method": "POST", ":path": "/items", ...headers });
    stream.end("ab");
    const [answer] = (await once(stream, "response")) as [IncomingHttpHeaders];
    return answer[":status"];
  };
  expect(await statusOf({})).toBe(200);
  expect(await statusOf({ ":authority": "rebound.example.org" })).toBe(403);
  expect(await statusOf({ origin: "https://example.org" })).toBe(403);
  session.close();
});

test("a server's own access rules let others in", async () => {
  const access = { allowedHosts: ["chicago.example.org"], allowedOrigins: [], machine: "" };
  const { port } = await serve({ routes: echo, access });
  const head = "Host: chicago.example.org\r\nConnection: close\r\n\r\n";
  expect(await raw(port, `GET /items/a HTTP/1.1\r\n${head}`)).toContain("200 OK");
});

describe("HTTP/2 on a shared port has the same limits", () => {
  const limits = { requestMs: 200, headersMs: 100, keepAliveMs: 150 };

  test("a connection that says nothing, or only begins to, is cut off", async () => {
    const { port } = await serve({ routes: echo, http2: true, limits });
    expect(await raw(port)).toBe("");
    expect(await raw(port, "PRI * HT")).toBe("");
  });

  test("a body that trickles is cut off, and the connection serves others", async () => {
    const { url } = await serve({ routes: echo, http2: true, limits: { ...limits, keepAliveMs: 60_000 } });
    const session = connectHttp2(url);
    const slow = session.request({ ":method": "POST", ":path": "/items" });
    slow.on("error", () => {});
    slow.write("a");
    await once(slow, "close");
    const next = session.request({ ":path": "/items/a" });
    const [headers] = (await once(next, "response")) as [IncomingHttpHeaders];
    expect(headers[":status"]).toBe(200);
    session.close();
  });

  test("a connection without requests ends; one with an answer under way does not", async () => {
    let finish = (): void => {};
    const { url } = await serve({
      routes: [
        ...echo,
        get("/rows", async (exchange) => {
          exchange.begin(200, "text/plain");
          await exchange.write("row\n");
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          exchange.end();
        }),
      ],
      http2: true,
      limits: { ...limits, keepAliveMs: 50 },
    });
    const session = connectHttp2(url);
    const rows = session.request({ ":path": "/rows" });
    await once(rows, "response");
    const other = session.request({ ":path": "/items/a" });
    await once(other.resume(), "end");
    const idle = connectHttp2(url);
    await once(idle, "close");
    expect(rows.closed).toBe(false);
    finish();
    await once(rows.resume(), "end");
    await once(session, "close");
  });
});

test("a request whose first bytes come one by one is still HTTP/1.1", async () => {
  const { port } = await serve({ routes: echo, http2: true });
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  let answer = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    answer += chunk;
  });
  for (const byte of "POST /items HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab") {
    await new Promise((resolve) => socket.write(byte, resolve));
    await new Promise(setImmediate);
  }
  await once(socket, "close");
  expect(answer).toContain("200 OK");
});

test("HTTP/2 without TLS finds the same routes", async () => {
  const { url } = await serve({ routes: echo, http2: true });
  const session = connectHttp2(url);
  const stream = session.request({ ":method": "POST", ":path": "/items" });
  stream.end("abcd");
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  expect(headers[":status"]).toBe(200);
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) text += String(chunk);
  expect(text).toBe("abcd");
  session.close();
});

test("the probes tell whether the process lives, is ready, and its metrics", async () => {
  let ready = false;
  const { url } = await serve({
    routes: probeRoutes({
      probe: () => ({ ready, detail: { waitingFor: "Kafka" } }),
      metrics: { contentType: "text/plain; version=0.0.4", metrics: async () => "up 1\n" },
    }),
  });
  expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok\n");
  const early = await fetch(`${url}/readyz`);
  expect([early.status, await early.json()]).toEqual([503, { ready: false, waitingFor: "Kafka" }]);
  ready = true;
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const metrics = await fetch(`${url}/metrics`);
  expect([metrics.headers.get("content-type"), await metrics.text()]).toEqual([
    "text/plain; version=0.0.4",
    "up 1\n",
  ]);
});
