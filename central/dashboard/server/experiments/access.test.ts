import { describe, expect, test } from "vitest";
import { accessOf, bearsToken, isOwnOrigin } from "./access.ts";

const here = { loopback: true, controls: null, token: null };
const open = { loopback: false, controls: true, token: "sixteen letters!" };

describe("who may break things", () => {
  test.each(["localhost:8888", "127.0.0.1:8888", "[::1]:8888"])("a person who came by %s", (host) =>
    expect(accessOf({ host }, here)).toBe("yes"),
  );

  test.each([
    ["by a foreign name: DNS rebinding", { host: "evil.example:8888" }],
    ["by no name", {}],
    ["through a proxy", { host: "localhost:8888", "x-forwarded-for": "203.0.113.9" }],
  ])("no one who came %s", (_, headers) => expect(accessOf(headers, here)).toBe("no"));

  test("no one from afar, and no one at all when it is switched off", () => {
    expect(accessOf({ host: "localhost:8888" }, { ...here, loopback: false })).toBe("no");
    expect(accessOf({ host: "localhost:8888" }, { ...here, controls: false })).toBe("no");
  });

  test("from afar a person who has the token", () => {
    const host = "elevated.example";
    expect(accessOf({ host }, open)).toBe("token");
    expect(accessOf({ host, authorization: "Bearer sixteen letters?" }, open)).toBe("token");
    expect(accessOf({ host, authorization: "Bearer sixteen letters!" }, open)).toBe("yes");
  });
});

test.each([
  ["http://localhost:8888", true],
  ["https://localhost:8888", true],
  ["http://localhost:8889", false],
  ["https://evil.example", false],
  ["null", false],
  [undefined, false],
])("a POST with origin %s is this server's own: %s", (origin, own) =>
  expect(isOwnOrigin({ host: "localhost:8888", ...(origin === undefined ? {} : { origin }) })).toBe(own),
);

describe("where the home is private", () => {
  const host = "localhost:8888";
  const settings = { ...here, askedHere: "the-token-of-a-home" };
  const bearing = { host, authorization: "Bearer the-token-of-a-home" };

  test("loopback is asked for the token too", () => {
    expect(accessOf({ host }, settings)).toBe("token");
    expect(accessOf(bearing, settings)).toBe("yes");
    expect(accessOf(bearing, { ...settings, controls: false })).toBe("no");
  });

  test("who sends it need not be a page", () => {
    expect(bearsToken({ host }, settings)).toBe(false);
    expect(bearsToken({ host }, here)).toBe(false);
    expect(bearsToken(bearing, settings)).toBe(true);
  });
});
