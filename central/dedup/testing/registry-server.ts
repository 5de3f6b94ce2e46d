import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Schema } from "avsc";
import { memoryRegistry } from "../../../infra/runtime/registry/testing/memory.ts";
import { isCoded } from "../../../schemas/errors.ts";

/** A registry in memory behind the two routes that clients use, for tests whose dedup is another process. */
export async function registryServer(): Promise<{
  readonly url: string;
  readonly registry: ReturnType<typeof memoryRegistry>;
  close(): Promise<void>;
}> {
  const registry = memoryRegistry();
  const answer = async (url: string, body: string): Promise<unknown> => {
    const id = /^\/schemas\/ids\/(\d+)$/.exec(url)?.[1];
    if (id !== undefined) return { schema: JSON.stringify(await registry.schemaById(Number(id))) };
    const subject = /^\/subjects\/(.+)\/versions$/.exec(url)?.[1] ?? "";
    const { schema } = JSON.parse(body) as { schema: string };
    return { id: await registry.register(decodeURIComponent(subject), JSON.parse(schema) as Schema) };
  };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += String(chunk);
    });
    request.on("end", () => {
      answer(request.url ?? "", body).then(
        (value) => response.end(JSON.stringify(value)),
        (error: unknown) => {
          const unknown = isCoded(error, "REGISTRY_UNKNOWN_SCHEMA");
          response.writeHead(unknown ? 404 : 500);
          response.end(JSON.stringify({ error_code: unknown ? 40403 : 50001, message: String(error) }));
        },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    registry,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
