import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { writeEndpoints } from "../../infra/runtime/service/endpoints.ts";
import { fleetConfig } from "./config.ts";
import { runningFleet, serveControl, stopFleet } from "./control.ts";
import type { FleetState } from "./fleet.ts";
import { httpPost } from "./post.ts";

const home = mkdtempSync(join(tmpdir(), "fleet-login-"));
const seen: IncomingHttpHeaders[] = [];
let ingest: Server;
let url: string;
beforeAll(async () => {
  ingest = createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    response.writeHead(202).end("{}");
  });
  ({ url } = await listen(ingest, 0));
});
afterAll(async () => {
  await closeServer(ingest);
  rmSync(home, { recursive: true });
});

describe("vehicles of a private home", () => {
  test("post with its token, and to no other ingest", async () => {
    writeEndpoints(home, { FLEET_URL: url }, { HTTP_TOKEN: "of-this-home", FLEET_TOKEN: "of-this-home" });
    const config = fleetConfig({ ELEVATED_HOME: home });
    expect(config.url).toBe(url);
    await httpPost(config.url, config)([]);
    expect(seen.pop()?.authorization).toBe("Bearer of-this-home");
    const elsewhere = fleetConfig({ ELEVATED_HOME: home, FLEET_URL: `${url}/` });
    await httpPost(elsewhere.url, elsewhere)([]);
    expect(seen.pop()).not.toHaveProperty("authorization");
  });

  test("are parked by those who may read the home", async () => {
    const file = join(home, "run", "fleet.json");
    let stopped = 0;
    const state = { vehicles: ["V-001"] } as unknown as FleetState;
    const close = await serveControl(file, { state: () => state, stop: () => void stopped++ }, silentLogger);
    expect(statSync(file).mode & 0o077).toBe(0);
    const control = JSON.parse(readFileSync(file, "utf8")) as { readonly url: string };
    const stop = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    expect((await fetch(`${control.url}/stop`, stop)).status).toBe(401);
    expect(stopped).toBe(0);
    expect(await runningFleet(file)).toEqual(state);
    expect(await stopFleet(file)).toBe(true);
    expect(stopped).toBe(1);
    await close();
  });
});
