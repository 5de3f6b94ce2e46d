import { expect, test } from "vitest";
import type { Clock } from "../clock.ts";
import { silentLogger } from "../logger.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { createRegistryClient } from "./client.ts";

interface Seen {
  readonly url: string;
  readonly body: unknown;
}

/** A registry that gives these answers in turn, the last one for ever; "down" refuses the connection. */
function scripted(...answers: readonly ([status: number, body: unknown] | "down")[]) {
  const seen: Seen[] = [];
  const fakeFetch: typeof fetch = async (input, init) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)] ?? "down";
    seen.push({ url: String(input), body: init?.body ? JSON.parse(String(init.body)) : undefined });
    if (answer === "down") throw new TypeError("fetch failed");
    return new Response(typeof answer[1] === "string" ? answer[1] : JSON.stringify(answer[1]), {
      status: answer[0],
    });
  };
  const waits: number[] = [];
  const clock: Clock = Object.assign(new ManualClock(), {
    sleep: async (ms: number) => void waits.push(ms),
  });
  const client = createRegistryClient({
    url: "http://registry/",
    fetch: fakeFetch,
    logger: silentLogger,
    clock,
  });
  return { client, seen, waits };
}

test("a schema is registered under its subject, once", async () => {
  const { client, seen } = scripted([200, { id: 7 }]);
  const ids = await Promise.all([client.register("a-value", "int"), client.register("a-value", "int")]);
  expect([...ids, await client.register("a-value", "int")]).toEqual([7, 7, 7]);
  expect(seen).toEqual([{ url: "http://registry/subjects/a-value/versions", body: { schema: '"int"' } }]);
});

test("a schema is fetched by its id, once", async () => {
  const { client, seen } = scripted([200, { schema: '{"type":"fixed","name":"F","size":2}' }]);
  expect(await client.schemaById(3)).toEqual({ type: "fixed", name: "F", size: 2 });
  await client.schemaById(3);
  expect(seen.map((s) => s.url)).toEqual(["http://registry/schemas/ids/3"]);
});

test("a registry that is away or failing is asked again, with growing pauses", async () => {
  const { client, waits } = scripted("down", [503, ""], [200, { id: 1 }]);
  expect(await client.register("s", "int")).toBe(1);
  expect(waits).toEqual([200, 400]);
});

test("one that stays away is an error that may be repeated, and is not remembered", async () => {
  const { client, seen } = scripted("down", "down", "down", "down", "down", [200, { id: 1 }]);
  await expect(client.register("s", "int")).rejects.toMatchObject({
    code: "REGISTRY_UNAVAILABLE",
    retryable: true,
  });
  expect(seen).toHaveLength(5);
  expect(await client.register("s", "int")).toBe(1);
});

test.each([
  [409, { error_code: 409, message: "READER_FIELD_MISSING_DEFAULT_VALUE" }, "REGISTRY_INCOMPATIBLE"],
  [422, { error_code: 42201, message: "Invalid schema" }, "REGISTRY_INCOMPATIBLE"],
  [404, { error_code: 40403, message: "Schema 9 not found" }, "REGISTRY_UNKNOWN_SCHEMA"],
  [401, "Unauthorized", "REGISTRY_UNAVAILABLE"],
])("an answer of %i is final and says why", async (status, body, code) => {
  const { client, seen } = scripted([status, body]);
  const message = typeof body === "string" ? body : body.message;
  await expect(client.register("s", "int")).rejects.toMatchObject({
    code,
    retryable: false,
    message: expect.stringContaining(message),
  });
  expect(seen).toHaveLength(1);
});

test("something else behind the address is told apart", async () => {
  const { client } = scripted([200, "<html>hello</html>"]);
  await expect(client.schemaById(1)).rejects.toMatchObject({
    code: "REGISTRY_UNAVAILABLE",
    retryable: false,
  });
});
