import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger } from "../logger.ts";
import { closeServer, type HttpServer, listen } from "./listen.ts";
import { reverseProxy } from "./reverse-proxy.ts";

let behind: Server;
let front: HttpServer;
let port: number;
const seen: { line: string; body: string; headers: IncomingMessage["headers"] }[] = [];

beforeEach(async () => {
  seen.length = 0;
  behind = createServer(async (incoming, response) => {
    if (incoming.url === "/early") {
      response.writeHead(401, { connection: "close" }).end("no");
      return;
    }
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    seen.push({ line: `${incoming.method} ${incoming.url}`, body, headers: incoming.headers });
    if (incoming.url === "/cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write("half");
      setImmediate(() => response.destroy());
      return;
    }
    if (incoming.url?.startsWith("/moved?")) {
      const location = decodeURIComponent(incoming.url.slice("/moved?".length)).replace(
        "HERE",
        `http://${incoming.headers.host}`,
      );
      response.writeHead(302, { location }).end();
      return;
    }
    response.writeHead(201, { "x-own": "yes", "keep-alive": "timeout=9", "content-type": "text/plain" });
    response.end(`answer to ${incoming.url}`);
  });
  const { url } = await listen(behind, 0);
  front = reverseProxy({ target: url, authorization: "Basic c2VjcmV0", maxBody: 1000, logger: silentLogger });
  ({ port } = await front.listen(0));
});
afterEach(async () => {
  await front.close();
  await closeServer(behind);
});

async function ask(method: string, path: string, headers: Record<string, string> = {}, body = "") {
  const sent = request({ host: "127.0.0.1", port, method, path, headers });
  sent.on("error", () => {});
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

test("who is let in is passed on, with the login that only the proxy knows", async () => {
  const answer = await ask(
    "POST",
    "/connectors?x=%20y",
    { "content-type": "application/json", "x-a": "b" },
    "{}",
  );
  expect(answer).toMatchObject({
    status: 201,
    text: "answer to /connectors?x=%20y",
    headers: { "x-own": "yes" },
  });
  expect(seen).toMatchObject([
    {
      line: "POST /connectors?x=%20y",
      body: "{}",
      headers: { authorization: "Basic c2VjcmV0", "x-a": "b", "content-type": "application/json" },
    },
  ]);
  await ask("GET", "/", { authorization: "Basic b3RoZXI=", connection: "close, x-hop", "x-hop": "1" });
  expect(seen[1]?.headers).toMatchObject({ authorization: "Basic c2VjcmV0" });
  expect(seen[1]?.headers["x-hop"]).toBeUndefined();
});

test("web pages of elsewhere do not get through", async () => {
  expect((await ask("GET", "/", { host: "rebound.example.org" })).status).toBe(403);
  expect((await ask("PUT", "/x", { origin: "https://example.org" }, "{}")).status).toBe(403);
  expect(seen).toEqual([]);
});

test("bodies have an end, with their length told or not", async () => {
  const long = "x".repeat(2000);
  expect((await ask("POST", "/", { "content-length": "2000" }, long)).status).toBe(413);
  expect((await ask("POST", "/", { "transfer-encoding": "chunked" }, long)).status).toBe(413);
  expect(seen).toEqual([]);
});

test("a target in absolute form is its path, and its host stands above Host; no other server is reached", async () => {
  expect((await ask("GET", `http://127.0.0.1:${port}/connectors?a=1`)).text).toBe(
    "answer to /connectors?a=1",
  );
  expect((await ask("GET", "http://chicago.example.org/connectors")).status).toBe(403);
  expect((await ask("GET", "connectors")).status).toBe(400);
  expect((await ask("GET", "//127.0.0.1:1/x")).status).toBe(201);
  expect(seen.map(({ line }) => line)).toEqual(["GET /connectors?a=1", "GET //127.0.0.1:1/x"]);
});

test("a server behind that is gone, answers early or breaks off is told from one that answers", async () => {
  expect(await ask("POST", "/early", {}, "x".repeat(900))).toMatchObject({ status: 401, text: "no" });
  await expect(ask("GET", "/cut")).rejects.toThrow();
  await closeServer(behind);
  const gone = await ask("GET", "/");
  expect(gone.status).toBe(502);
  expect(JSON.parse(gone.text)).toEqual({ error_code: 502, message: "the server behind does not answer" });
});

test.each([
  { starting: false, said: ["does not answer", "answers again", "does not answer"] },
  { starting: true, said: ["does not answer"] },
])("a server behind that is silent is said once, not for each request: %o", async ({ starting, said }) => {
  const heard: string[] = [];
  const say = (_: unknown, text?: string): void => {
    heard.push((text ?? String(_)).replace("the server behind ", ""));
  };
  const none = createServer();
  const { url, port: behindPort } = await listen(none, 0);
  await closeServer(none);
  const again = async (): Promise<void> => {
    const server = createServer((_, response) => response.end("here"));
    await listen(server, behindPort);
    expect((await ask("GET", "/")).text).toBe("here");
    await closeServer(server);
  };
  const own = reverseProxy({
    target: url,
    maxBody: 1000,
    starting,
    logger: { ...silentLogger, info: say, warn: say },
  });
  await front.close();
  front = own;
  ({ port } = await own.listen(0));
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 3; n++) expect((await ask("GET", "/")).status).toBe(502);
    if (round === 0) await again();
  }
  expect(heard).toEqual(said);
});

test.each([
  ["HERE/ui/topics?x=1", "/ui/topics?x=1"],
  ["/ui", "/ui"],
  ["http://elsewhere.example/ui", "http://elsewhere.example/ui"],
  ["HERE.example/ui", undefined],
])("a redirect to %s leads to %s", async (to, location) => {
  const answer = await ask("GET", `/moved?${encodeURIComponent(to)}`);
  expect(answer.status).toBe(302);
  if (location !== undefined) expect(answer.headers.location).toBe(location);
  else expect(answer.headers.location).toMatch(/^http:/);
});

test("no request comes back with the login that only the proxy knows", async () => {
  expect((await ask("TRACE", "/connectors")).status).toBe(405);
  expect(seen).toEqual([]);
});
