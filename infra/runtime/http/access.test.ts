import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { type AccessRules, checkAccess } from "./access.ts";

const CLOSED: AccessRules = { allowedHosts: [], allowedOrigins: [], machine: "lab-3" };
const LOOPBACK = "127.0.0.1";
const NETWORK = "192.0.2.7";

function admitted(
  headers: IncomingHttpHeaders,
  localAddress = LOOPBACK,
  access: Partial<AccessRules> = {},
): boolean {
  try {
    checkAccess({ headers, localAddress }, { ...CLOSED, ...access });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ status: 403 });
    return false;
  }
}

test.each([
  "localhost",
  "localhost:8081",
  "LOCALHOST.:8081",
  "127.0.0.1:8081",
  "127.8.0.1",
  "[::1]:8081",
  "192.0.2.7:8081",
  "page.localhost:8888",
  "lab-3:8888",
  "Lab-3.local:8888",
  "schema-registry:8081",
])("over loopback, Host %s", (host) => {
  expect(admitted({ host })).toBe(true);
  expect(admitted({ host, origin: `http://${host}` })).toBe(true);
});

test.each([
  "evil.example",
  "evil.example:8081",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "evil-lab-3.example",
  "lab-3.evil.local",
  "user@localhost",
  "localhost/..",
  "local host",
  "",
])("not over loopback: Host %j", (host) => {
  expect(admitted({ host })).toBe(false);
  // A page that was rebound is of the same origin, as it sees it.
  expect(admitted({ host, origin: `http://${host}`, "sec-fetch-site": "same-origin" })).toBe(false);
});

test("HTTP/2 names the host in :authority", () => {
  expect(admitted({ ":authority": "evil.example" } as IncomingHttpHeaders)).toBe(false);
  expect(admitted({ ":authority": "localhost:8088", host: "evil.example" } as IncomingHttpHeaders)).toBe(
    true,
  );
});

test("HTTP/1.0 needs no Host", () => {
  expect(admitted({})).toBe(true);
});

test("an address that IPv6 wraps is loopback too", () => {
  expect(admitted({ host: "evil.example" }, "::ffff:127.0.0.1")).toBe(false);
  expect(admitted({ host: "evil.example" }, "::1")).toBe(false);
  expect(admitted({ host: "evil.example" }, undefined as unknown as string)).toBe(false);
});

test("over the network any Host will do until the operator names them", () => {
  expect(admitted({ host: "schema-registry:8081" }, NETWORK)).toBe(true);
  const named = { allowedHosts: ["chicago.example.org", ".lan"] };
  expect(admitted({ host: "chicago.example.org:8888" }, NETWORK, named)).toBe(true);
  expect(admitted({ host: "box.lan" }, NETWORK, named)).toBe(true);
  expect(admitted({ host: `${NETWORK}:8888` }, NETWORK, named)).toBe(true);
  expect(admitted({ host: "evil.example" }, NETWORK, named)).toBe(false);
  expect(admitted({ host: "x.evillan" }, NETWORK, named)).toBe(false);
  // Another container: no page has a name without a dot.
  expect(admitted({ host: "dashboard:8888" }, NETWORK, named)).toBe(true);
});

test("what the operator names counts over loopback too: a proxy stands there", () => {
  expect(admitted({ host: "chicago.example.org" }, LOOPBACK, { allowedHosts: ["Chicago.example.org"] })).toBe(
    true,
  );
  expect(admitted({ host: "evil.example" }, LOOPBACK, { allowedHosts: ["*"] })).toBe(true);
});

test.each<[string, IncomingHttpHeaders]>([
  ["another server's page", { origin: "https://evil.example" }],
  ["a page of another port", { origin: "http://localhost:8888" }],
  ["a page from a file, or in a sandbox", { origin: "null" }],
  ["an extension's page", { origin: "chrome-extension://localhost:8088" }],
  ["nonsense", { origin: "localhost:8088" }],
  ["a script that only reads", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" }],
  ["a frame of another port", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }],
])("a browser says that it is %s", (_, headers) => {
  expect(admitted({ host: "localhost:8088", ...headers })).toBe(false);
  expect(admitted({ host: "localhost:8088", ...headers }, NETWORK)).toBe(false);
});

test.each<[string, IncomingHttpHeaders]>([
  ["curl, Python's requests, every client that is no browser", {}],
  ["the server's own page", { origin: "http://localhost:8088", "sec-fetch-site": "same-origin" }],
  ["the server's own page behind TLS", { origin: "https://localhost:8088" }],
  ["what a person typed", { "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }],
  ["a link that a person followed", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }],
])("let in: %s", (_, headers) => {
  expect(admitted({ host: "localhost:8088", ...headers })).toBe(true);
});

test("default ports are left out by browsers", () => {
  expect(admitted({ host: "localhost:80", origin: "http://localhost" })).toBe(true);
  expect(admitted({ host: "localhost", origin: "https://localhost:443" })).toBe(true);
});

test("behind a proxy the page's own name is in X-Forwarded-Host, or named by the operator", () => {
  const origin = "https://chicago.example.org";
  expect(
    admitted({ host: "10.0.0.7:8888", origin, "x-forwarded-host": "chicago.example.org" }, NETWORK),
  ).toBe(true);
  expect(admitted({ host: "10.0.0.7:8888", origin }, NETWORK)).toBe(false);
  expect(admitted({ host: "10.0.0.7:8888", origin }, NETWORK, { allowedOrigins: [origin] })).toBe(true);
});

test("the refusal names the setting, and holds nothing that a terminal obeys", () => {
  expect(() => checkAccess({ headers: { host: "e\u001b[31mvil" }, localAddress: LOOPBACK }, CLOSED)).toThrow(
    /^"e\?\[31mvil" in Host is not a name of this server: use localhost, or name it in HTTP_ALLOWED_HOSTS$/,
  );
  const headers = { host: "localhost", origin: "https://evil.example" };
  expect(() => checkAccess({ headers, localAddress: LOOPBACK }, CLOSED)).toThrow(/HTTP_ALLOWED_ORIGINS/);
});
