import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { HttpServer } from "../../infra/runtime/http/listen.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { CodedError } from "../../schemas/errors.ts";
import { ControlClient } from "./client.ts";
import { type ControlRoute, createControlServer, parseBody } from "./server.ts";

const seen: unknown[] = [];
const routes: ControlRoute[] = [
  { method: "GET", path: "/devices", handle: () => [] },
  {
    method: "POST",
    path: "/faults",
    handle: (body) => {
      seen.push(parseBody(z.object({ kind: z.string(), target: z.string() }), body));
      return { devices: ["40380-T1"] };
    },
  },
  {
    method: "POST",
    path: "/heal",
    handle: () => {
      throw new CodedError("USAGE", { message: "nothing like that", retryable: false });
    },
  },
];

let server: HttpServer;
let url: string;
beforeEach(async () => {
  server = createControlServer(routes, silentLogger);
  ({ url } = await server.listen(0));
});
afterEach(() => server.close());

test("a command goes out as JSON and its answer comes back", async () => {
  const client = new ControlClient(url);
  expect(await client.devices()).toEqual([]);
  expect(await client.strike({ kind: "hang", target: "all" })).toEqual({ devices: ["40380-T1"] });
  expect(seen).toEqual([{ kind: "hang", target: "all" }]);
});

test("a refusal keeps its code and its words", async () => {
  await expect(new ControlClient(url).heal("x")).rejects.toMatchObject({
    code: "USAGE",
    message: "nothing like that",
  });
});

test("no simulator there: what to do is said", async () => {
  await expect(new ControlClient("http://127.0.0.1:1").devices()).rejects.toMatchObject({
    code: "DEPENDENCY_UNAVAILABLE",
    message: expect.stringContaining("npm run firmware-sim") as string,
  });
});

const json = { "content-type": "application/json" };

test.each([
  ["an unknown path", "/nothing", { method: "GET" }, /GET \/devices/],
  [
    "a form, which another page could post",
    "/faults",
    { method: "POST", body: "kind=hang" },
    /application\/json/,
  ],
  ["no JSON", "/faults", { method: "POST", headers: json, body: "{" }, /no JSON/],
  ["a missing field", "/faults", { method: "POST", headers: json, body: '{"kind":"hang"}' }, /target/],
  ["too much", "/faults", { method: "POST", headers: json, body: `"${"x".repeat(20_000)}"` }, /larger than/],
])("%s is answered with 400 and a reason", async (_, path, init, reason) => {
  const response = await fetch(`${url}${path}`, init);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(reason) as string,
  });
});
