import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeServer, listen } from "../../runtime/http/listen.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { readConfig } from "../../runtime/service/config.ts";
import { frontDoorSettings } from "./config.ts";
import { type FrontDoor, start } from "./service.ts";

let behind: Server;
let target: string;
let changed: string[];
const doors: FrontDoor[] = [];

beforeEach(async () => {
  changed = [];
  behind = createServer((request, response) => {
    if (request.method !== "GET") changed.push(`${request.method} ${request.url}`);
    response.end("[]");
  });
  target = (await listen(behind, 0)).url;
});
afterEach(async () => {
  for (const access of doors.splice(0)) await access.stop();
  await closeServer(behind);
});

async function opened(env: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const dead = "http://127.0.0.1:1";
  const settings = { FRONT_DOOR_TARGETS: `0=${target}, 0=${dead}`, HTTP_ALLOWED_HOSTS: "localhost", ...env };
  const access = await start({ env: settings, logger: silentLogger });
  doors.push(access);
  return access.urls;
}

describe("a server that has no door of its own", () => {
  test("is reached by curl, and one beside it that is down is said to be", async () => {
    const [url, dead] = await opened();
    expect((await fetch(`${url}/subjects`)).status).toBe(200);
    expect((await fetch(`${url}/subjects/mine`, { method: "DELETE" })).status).toBe(200);
    expect((await fetch(`${dead}/topics`)).status).toBe(502);
    expect(changed).toEqual(["DELETE /subjects/mine"]);
  });

  test("is not reached by a page of elsewhere", async () => {
    const [url = ""] = await opened();
    for (const headers of [
      { origin: "http://localhost:3000" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ])
      expect(
        (await fetch(`${url}/ksql`, { method: "POST", headers: headers as never, body: "x" })).status,
      ).toBe(403);
    expect(changed).toEqual([]);
  });

  test("asks for a token where there is one", async () => {
    const [url] = await opened({ HTTP_TOKEN: "sixteen-characters" });
    expect((await fetch(`${url}/x`, { method: "POST" })).status).toBe(401);
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });
});

test("a port that is taken is named, and no other door stays open", async () => {
  const { port } = behind.address() as AddressInfo;
  const env = { FRONT_DOOR_TARGETS: `0=${target},${port}=${target}` };
  await expect(start({ env, logger: silentLogger })).rejects.toMatchObject({ code: "PORT_TAKEN" });
});

test.each([
  "",
  "8081",
  "8081=schema-registry:8081",
  "8081=http://a/path",
  "8081=https://a",
  "8081=http://a b",
  "99999=http://a",
  "1=http://u:p@a",
])("FRONT_DOOR_TARGETS=%j is refused with an example", (text) => {
  expect(() => readConfig(frontDoorSettings, { FRONT_DOOR_TARGETS: text })).toThrow(/FRONT_DOOR_TARGETS is/);
});

test("a list of servers", () => {
  const FRONT_DOOR_TARGETS = "8081=http://schema-registry:8081, 8083=http://connect:8083/";
  expect(readConfig(frontDoorSettings, { FRONT_DOOR_TARGETS }).FRONT_DOOR_TARGETS).toEqual([
    { port: 8081, target: "http://schema-registry:8081" },
    { port: 8083, target: "http://connect:8083" },
  ]);
});
