import { createServer } from "node:http";
import { afterEach, expect, test } from "vitest";
import { closeServer, listen } from "../../runtime/http/listen.ts";
import { registryApi } from "../../runtime/registry/api.ts";
import { rememberedSchemas } from "./remembered-schemas.ts";

const httpSchemas = (url: string) => rememberedSchemas(registryApi({ url }));

let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

/** A registry that answers each `METHOD path` from a table, and remembers what it was asked. */
async function registry(table: Record<string, readonly [number, unknown]>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    asked.push(line);
    const [status, body] = table[line] ?? [404, { error_code: 40401, message: "Subject not found." }];
    response.writeHead(status).end(JSON.stringify(body));
    request.resume();
  });
  const { url } = await listen(server, 0);
  close = () => closeServer(server);
  return { url, asked };
}

test("a known schema is looked up, a new one registered, and each asked for once", async () => {
  const { url, asked } = await registry({
    "POST /subjects/known": [200, { id: 7 }],
    "POST /subjects/a%2Fb/versions": [200, { id: 8 }],
  });
  const schemas = httpSchemas(url);
  expect(await Promise.all([schemas.idOf("known", "x"), schemas.idOf("known", "x")])).toEqual([7, 7]);
  expect(await schemas.idOf("a/b", "x")).toBe(8);
  expect(await schemas.idOf("a/b", "x")).toBe(8);
  expect(asked).toEqual(["POST /subjects/known", "POST /subjects/a%2Fb", "POST /subjects/a%2Fb/versions"]);
});

test("a refusal is passed on, and not remembered", async () => {
  const table: Record<string, readonly [number, unknown]> = {
    "POST /subjects/s/versions": [409, { error_code: 40901, message: "incompatible: field b" }],
  };
  const { url } = await registry(table);
  const schemas = httpSchemas(url);
  await expect(schemas.idOf("s", "x")).rejects.toMatchObject({
    code: "REGISTRY_INCOMPATIBLE",
    message: expect.stringContaining("field b") as string,
  });
  table["POST /subjects/s/versions"] = [200, { id: 1 }];
  expect(await schemas.idOf("s", "x")).toBe(1);
});

test("an id counts only under its own subject", async () => {
  const { url } = await registry({
    "GET /schemas/ids/3/versions": [200, [{ subject: "s", version: 1 }]],
    "GET /schemas/ids/3": [200, { schema: '"int"' }],
    "GET /schemas/ids/4/versions": [404, { error_code: 40403, message: "Schema 4 not found" }],
  });
  const schemas = httpSchemas(url);
  expect(await schemas.textOf("s", 3)).toBe('"int"');
  await expect(schemas.textOf("t", 3)).rejects.toMatchObject({ code: "REGISTRY_UNKNOWN_SCHEMA" });
  await expect(schemas.textOf("s", 4)).rejects.toMatchObject({ code: "REGISTRY_UNKNOWN_SCHEMA" });
});

test("a registry that is down, or cannot reach its own store, is unavailable", async () => {
  const { url } = await registry({
    "POST /subjects/s/versions": [500, { error_code: 50001, message: "store" }],
  });
  await expect(httpSchemas(url).idOf("s", "x")).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  await close?.();
  close = undefined;
  await expect(httpSchemas(url).textOf("s", 1)).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
});
