import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { launchBrowser } from "../support/browser.ts";
import { attackFromElsewhere, attackRebound, joinAndLie, type Victim } from "./attack-page.ts";
import { allListeners, type Listener } from "./listeners.ts";

/*
 * A page of another server, in a real browser on this machine, tries every HTTP server of the project, and changes nothing.
 */
let browser: Browser;
let attacker: Server;
let listeners: readonly Listener[];
let page: Page;

beforeAll(async () => {
  // The attacker's name server says what he wants.
  browser = await launchBrowser([
    "--host-resolver-rules=MAP *.example 127.0.0.1",
    // A newer Chromium asks its user first; what is tried here is what the servers do without that.
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests",
  ]);
});
afterAll(() => browser?.close());

beforeEach(async () => {
  attacker = createServer((_request, response) =>
    response.setHeader("content-type", "text/html").end("<body>hello"),
  );
  await listen(attacker, 0);
  listeners = await allListeners();
  page = await (await browser.newContext()).newPage();
});
afterEach(async () => {
  await page.context().close();
  await Promise.all(listeners.map((listener) => listener.close()));
  await closeServer(attacker);
});

const attackerPort = (): number => (attacker.address() as AddressInfo).port;
const states = (): Promise<readonly string[]> =>
  Promise.all(listeners.map(async ({ name, state }) => `${name}: ${await state()}`));
const victimOf = ({ url, method, path, body, type }: Listener): Victim => ({ url, method, path, body, type });

/** The browser's page and the servers are of this project alone: what is evaluated there needs nothing of its own. */
async function open(host: string): Promise<void> {
  await page.goto(`http://${host}:${attackerPort()}/`);
}

test.each(["localhost", "127.0.0.1", "evil.example"])("from a page of %s, on another port", async (host) => {
  const before = await states();
  await open(host);
  await page.evaluate(attackFromElsewhere, listeners.map(victimOf));
  const dashboard = listeners.find(({ name }) => name === "dashboard");
  expect(await page.evaluate(joinAndLie, dashboard?.url ?? "")).toBe(false);
  expect(await states()).toEqual(before);
});

test("from a page whose name was made to mean this machine, on the server's own port", async () => {
  const before = await states();
  for (const listener of listeners) {
    const { port } = new URL(listener.url);
    // The page came from the attacker's server, before its name meant another one.
    await page.route(`http://evil.example:${port}/page`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<body>hello" }),
    );
    await page.goto(`http://evil.example:${port}/page`);
    expect([listener.name, ...(await page.evaluate(attackRebound, victimOf(listener)))]).toEqual([
      listener.name,
      403,
      403,
      403,
    ]);
  }
  expect(await states()).toEqual(before);
});

test("what each of these servers takes from a client of its own", async () => {
  for (const listener of listeners) {
    // The page's own experiments are for its page alone.
    if (listener.name === "dashboard") continue;
    const { url, method, path, body, type, name, state } = listener;
    const before = await state();
    const answer = await fetch(url + path, { method, body, headers: { "content-type": type } });
    expect([name, answer.ok]).toEqual([name, true]);
    await eventually(async () => expect([name, await state()]).not.toEqual([name, before]));
  }
});

test("and that the attack gets through to a server without access rules", async () => {
  const seen = new Set<string>();
  const open_ = createServer((request, response) => {
    seen.add(`${request.method} ${(request.headers["content-type"] ?? "none").split(";")[0]}`);
    request.resume();
    response
      .setHeader("access-control-allow-origin", "*")
      .setHeader("access-control-allow-headers", "*")
      .end();
  });
  const { url } = await listen(open_, 0);
  await open("localhost");
  await page.evaluate(attackFromElsewhere, [
    { url, method: "POST", path: "/x", body: "a=b", type: "application/json" },
  ]);
  expect([...seen]).toEqual(
    expect.arrayContaining([
      "POST text/plain",
      "POST application/x-www-form-urlencoded",
      "POST none",
      "POST application/json",
      "GET none",
    ]),
  );
  await closeServer(open_);
});
