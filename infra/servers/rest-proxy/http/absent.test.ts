import { expect, test } from "vitest";
import { silentLogger } from "../../../runtime/logger.ts";
import { proxyServer } from "./server.ts";

test.each([
  ["POST", "/consumers/group", "The consumers' API"],
  ["GET", "/consumers/group/instances/i/records", "The consumers' API"],
  ["GET", "/v3/clusters", "The v3 API"],
  ["POST", "/v3/clusters/c/topics/t/records", "The v3 API"],
])("%s %s is refused by name", async (method, path, what) => {
  const metrics = { contentType: "text/plain", metrics: async () => "" };
  const server = proxyServer({ proxy: () => undefined, metrics, logger: silentLogger, maxBody: 1000 });
  const { url } = await server.listen(0);
  const headers = { "content-type": "application/vnd.kafka.v2+json" };
  const response = await fetch(url + path, { method, headers, ...(method === "POST" ? { body: "{}" } : {}) });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    error_code: 404,
    message: `${what} is not supported by the built-in REST Proxy`,
  });
  await server.close();
});
