import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";
import { Aedes } from "aedes";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { certificate, STORE_PASSWORD } from "../support/secure-kafka.ts";
import { startStage } from "../support/stage-process.ts";

/*
 * An agent whose gateway wants TLS and a password of each station.
 */
const PASSWORDS: Readonly<Record<string, string>> = { "40380": "of Clark/Lake", "41400": "of Roosevelt" };
const folder = mkdtempSync(join(tmpdir(), "mqtt-login-"));
const published = new Set<string>();
const admitted: string[] = [];
const refused: string[] = [];
let broker: Aedes;
let server: Server;
let caFile = "";

beforeAll(async () => {
  const made = await certificate(join(folder, "tls"));
  caFile = made.caFile;
  broker = await Aedes.createBroker({
    authenticate: (client, user, password, done) => {
      const right = client.id === user && password?.toString() === PASSWORDS[user];
      (right ? admitted : refused).push(String(user));
      if (right) done(null, true);
      else done(Object.assign(new Error("not authorized"), { returnCode: 5 }), false);
    },
  });
  broker.on("publish", (packet, client) => {
    if (client) published.add(`${client.id} ${packet.topic}`);
  });
  server = createServer({ pfx: readFileSync(made.store), passphrase: STORE_PASSWORD }, broker.handle);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}, 60_000);
afterAll(async () => {
  await new Promise<void>((resolve) => broker.close(() => resolve()));
  server.close();
  rmSync(folder, { recursive: true });
});

async function withAgents(env: Readonly<Record<string, string>>, check: () => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(folder, "home-"));
  const url = `mqtts://localhost:${(server.address() as AddressInfo).port}`;
  const settings = { ELEVATED_HOME: home, MQTT_URL: url, ...env };
  const agents = await startStage("edge", settings, "agents run", ["--station", "40380,41400"]);
  try {
    await check();
  } finally {
    await agents.kill();
  }
}

test("each station says its own password, over a connection whose certificate the CA file vouches for", async () => {
  const file = join(folder, "passwords.json");
  writeFileSync(file, JSON.stringify(PASSWORDS));
  await withAgents({ MQTT_CA_FILE: caFile, MQTT_PASSWORDS_FILE: file }, () =>
    eventually(() => {
      expect(published).toContain("40380 cta/v1/40380/agent/state");
      expect(published).toContain("41400 cta/v1/41400/agent/state");
    }),
  );
  expect(refused).toEqual([]);
}, 90_000);

test("a wrong password is refused and tried again; without the CA nothing is said to the gateway at all", async () => {
  admitted.length = 0;
  await withAgents({ MQTT_CA_FILE: caFile, MQTT_PASSWORD: "of nobody" }, () =>
    eventually(() => expect(refused.filter((station) => station === "40380").length).toBeGreaterThan(1)),
  );
  refused.length = 0;
  const distrusted = once(server, "tlsClientError");
  await withAgents({ MQTT_PASSWORD: PASSWORDS["40380"] ?? "" }, async () => void (await distrusted));
  expect(admitted).toEqual([]);
  expect(refused).toEqual([]);
}, 90_000);
