import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closeServer, listen } from "../http/listen.ts";
import { mustAnswer } from "./answering.ts";
import { writeEndpoints } from "./endpoints.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "elevated-answering-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Where a server was a moment ago. */
async function deadAddress(): Promise<string> {
  const server = createServer();
  const { port } = await listen(server, 0);
  await closeServer(server);
  return `127.0.0.1:${port}`;
}

test("one address of several that answers is enough", async () => {
  const server = createServer();
  const { port } = await listen(server, 0);
  const dead = await deadAddress();
  await mustAnswer("KAFKA_BROKERS", { KAFKA_BROKERS: `${dead},127.0.0.1:${port}` });
  await mustAnswer("CONNECT_URL", { CONNECT_URL: `http://localhost:${port}/` });
  await closeServer(server);
});

test("an address that the environment names is the one to look at", async () => {
  const KAFKA_BROKERS = await deadAddress();
  await expect(mustAnswer("KAFKA_BROKERS", { KAFKA_BROKERS, ELEVATED_HOME: home })).rejects.toMatchObject({
    code: "DEPENDENCY_UNAVAILABLE",
    message: `Kafka does not answer at ${KAFKA_BROKERS}, which KAFKA_BROKERS names: is it running, and reachable from here under that name?`,
  });
});

test("what a killed system left behind is no system; one that is starting is", async () => {
  const supervisor = createServer();
  const { url } = await listen(supervisor, 0);
  writeEndpoints(home, { KSQLDB_URL: `http://${await deadAddress()}`, SUPERVISOR_URL: url });
  const asked = () => mustAnswer("KSQLDB_URL", { ELEVATED_HOME: home });
  await expect(asked()).rejects.toThrow(/though the system in .* runs: npm run status/);
  await closeServer(supervisor);
  await expect(asked()).rejects.toThrow(
    /no system runs in .*: start one with npm start, or name one of your own by KSQLDB_URL$/,
  );
});
