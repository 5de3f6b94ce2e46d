import { describe, expect, test } from "vitest";
import { bearsToken, experimentAccessOf, isOwnOrigin } from "./access.ts";

const here = { loopback: true, controls: null, token: null };
const open = { loopback: false, controls: true, token: "sixteen letters!" };

describe("who may break things", () => {
  test.each([
    "localhost:8888",
    "localhost",
    "LOCALHOST:8888",
    "127.0.0.1:8888",
    "127.0.0.2:8888",
    "[::1]:8888",
  ])("a person who came by %s", (host) => expect(experimentAccessOf({ host }, here)).toBe("yes"));

  test.each([
    ["by a foreign name: DNS rebinding", { host: "evil.example:8888" }],
    ["by a name that begins as this machine's: DNS rebinding", { host: "localhost.evil.example:8888" }],
    ["by a name that begins as an address of this machine", { host: "127.0.0.1.evil.example:8888" }],
    ["by a user of that name", { host: "localhost:8888@evil.example" }],
    ["by another address", { host: "192.0.2.7:8888" }],
    ["by no name", {}],
    ["through a proxy", { host: "localhost:8888", "x-forwarded-for": "203.0.113.9" }],
  ])("no one who came %s", (_, headers) => expect(experimentAccessOf(headers, here)).toBe("no"));

  test("no one from afar, and no one at all when it is switched off", () => {
    expect(experimentAccessOf({ host: "localhost:8888" }, { ...here, loopback: false })).toBe("no");
    expect(experimentAccessOf({ host: "localhost:8888" }, { ...here, controls: false })).toBe("no");
  });

  test("from afar a person who has the token", () => {
    const host = "elevated.example";
    expect(experimentAccessOf({ host }, open)).toBe("token");
    expect(experimentAccessOf({ host, authorization: "Bearer sixteen letters?" }, open)).toBe("token");
    expect(experimentAccessOf({ host, authorization: "Bearer sixteen letters!" }, open)).toBe("yes");
  });
});

test.each([
  ["http://localhost:8888", true],
  ["https://localhost:8888", true],
  ["http://localhost:8889", false],
  ["https://evil.example", false],
  ["http://localhost:8888.evil.example", false],
  ["http://localhost:8888@evil.example", false],
  ["file://localhost:8888", false],
  ["null", false],
  [undefined, false],
])("a POST with origin %s is this server's own: %s", (origin, own) =>
  expect(isOwnOrigin({ host: "localhost:8888", ...(origin === undefined ? {} : { origin }) })).toBe(own),
);

test("a name that only a proxy gives is not this server's own", () => {
  const headers = {
    host: "localhost:8888",
    "x-forwarded-host": "evil.example",
    origin: "https://evil.example",
  };
  expect(isOwnOrigin(headers)).toBe(false);
});

describe("where the home is private", () => {
  const host = "localhost:8888";
  const settings = { ...here, askedHere: "the-token-of-a-home" };
  const bearing = { host, authorization: "Bearer the-token-of-a-home" };

  test("loopback is asked for the token too", () => {
    expect(experimentAccessOf({ host }, settings)).toBe("token");
    expect(experimentAccessOf(bearing, settings)).toBe("yes");
    expect(experimentAccessOf(bearing, { ...settings, controls: false })).toBe("no");
  });

  test("who sends it need not be a page", () => {
    expect(bearsToken({ host }, settings)).toBe(false);
    expect(bearsToken({ host }, here)).toBe(false);
    expect(bearsToken(bearing, settings)).toBe(true);
  });
});
