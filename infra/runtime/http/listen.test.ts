import { createServer, type ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { drainServer, listen } from "./listen.ts";

test("a drained server answers what was begun, takes nothing new, and keeps no connection", async () => {
  let answer: (response: ServerResponse) => void = () => {};
  const begun = new Promise<ServerResponse>((resolve) => {
    answer = resolve;
  });
  const server = createServer((_, response) => answer(response));
  const { url } = await listen(server, 0);
  const request = fetch(url);
  const response = await begun;
  const drained = drainServer(server);
  await expect(fetch(url)).rejects.toThrow();
  response.end("done");
  expect(await (await request).text()).toBe("done");
  await drained;
});

test("a port in use is told by code", async () => {
  const server = createServer();
  const { port } = await listen(server, 0);
  await expect(listen(createServer(), port)).rejects.toMatchObject({ code: "PORT_TAKEN" });
  await drainServer(server);
});
