import { afterEach, expect, test } from "vitest";
import { silentLogger } from "../logger.ts";
import { closedAccess } from "./access-settings.ts";
import type { HttpServer } from "./listen.ts";
import { reverseProxy } from "./reverse-proxy.ts";
import { httpServer, plainErrors } from "./server.ts";
import { bears } from "./token.ts";

const TOKEN = "a-token-of-a-test";
const basic = (login: string): string => `Basic ${Buffer.from(login).toString("base64")}`;

test.each([
  [`Bearer ${TOKEN}`, true],
  [`bearer  ${TOKEN} `, true],
  [basic(`elevated:${TOKEN}`), true],
  [basic(`:${TOKEN}`), true],
  [basic(`${TOKEN}:`), false],
  [TOKEN, false],
  ["Bearer", false],
  ["Bearer ", false],
  ["Basic ====", false],
  [`Bearer ${TOKEN}\u0000`, false],
  [`Digest ${TOKEN}`, false],
  [undefined, false],
])("Authorization: %j bears the token: %s", (authorization, right) => {
  const headers = authorization === undefined ? {} : { authorization };
  expect(bears(headers, TOKEN)).toBe(right);
});

const open: HttpServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0).reverse()) await server.close();
});

const access = { ...closedAccess(), token: TOKEN };
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE"] as const;

/** A server that notes what it is asked. */
async function noting(seen: string[], token: boolean, http2 = false): Promise<string> {
  const server = httpServer({
    routes: (["GET", "POST", "PUT", "DELETE"] as const).map((method) => ({
      method,
      path: "/x",
      handler(exchange) {
        seen.push(exchange.method);
        exchange.json(200, {});
      },
    })),
    errorAnswer: plainErrors,
    logger: silentLogger,
    http2,
    ...(token ? { access } : {}),
  });
  open.push(server);
  return (await server.listen(0)).url;
}

async function statuses(url: string, headers: Record<string, string>): Promise<readonly number[]> {
  const answers = METHODS.map((method) => fetch(`${url}/x`, { method, headers }));
  return (await Promise.all(answers)).map(({ status }) => status);
}

test.each([false, true])(
  "a server with a token takes no write without it (HTTP/2 beside it: %s)",
  async (http2) => {
    const seen: string[] = [];
    const url = await noting(seen, true, http2);
    expect(await statuses(url, {})).toEqual([200, 200, 401, 401, 401]);
    expect(await statuses(url, { authorization: "Bearer a wrong one" })).toEqual([200, 200, 401, 401, 401]);
    expect(seen.every((method) => ["GET", "HEAD"].includes(method))).toBe(true);
    expect(await statuses(url, { authorization: basic(`elevated:${TOKEN}`) })).toEqual([
      200, 200, 200, 200, 200,
    ]);
    const refused = await fetch(`${url}/x`, { method: "POST" });
    expect(refused.headers.get("www-authenticate")).toContain("Bearer");
    expect(await refused.text()).toContain("/token)");
  },
);

test("a method that no server knows is a write too", async () => {
  const url = await noting([], true);
  expect((await fetch(`${url}/x`, { method: "PURGE" })).status).toBe(401);
});

test("the proxy before another server asks for it, and keeps it to itself", async () => {
  const seen: string[] = [];
  const target = await noting(seen, false);
  const server = reverseProxy({
    target,
    authorization: "Basic inner",
    access,
    maxBody: 1_000,
    logger: silentLogger,
  });
  open.push(server);
  const { url } = await server.listen(0);
  expect(await statuses(url, {})).toEqual([200, 200, 401, 401, 401]);
  expect(await statuses(url, { authorization: basic(`elevated:${TOKEN}`) })).toEqual([
    200, 200, 200, 200, 200,
  ]);
});

test("a server without a token asks for none", async () => {
  expect(await statuses(await noting([], false), {})).toEqual([200, 200, 200, 200, 200]);
});
