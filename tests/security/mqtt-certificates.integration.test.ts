import { execFile, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import type { IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { mqttConnections } from "../../edge/uplink/mqtt-connection.ts";
import { NO_PASSWORD } from "../../gateway/access/credentials.ts";
import { connectAgent } from "../../gateway/testing/agent.ts";
import { type TestGateway, testGateway } from "../../gateway/testing/fixture.ts";
import {
  agentState,
  batch,
  json,
  OTHER_STATION,
  payload,
  rawValue,
  STATION,
} from "../../gateway/testing/samples.ts";
import { ScriptedKafka } from "../../gateway/testing/scripted-kafka.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { authoritiesOf, keyPairOf } from "../../infra/runtime/security/certificates.ts";
import { agentStateTopic, readingsTopic, refusedTopic } from "../../schemas/mqtt.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { type Authority, type CertificateFiles, makeAuthority } from "../support/authority.ts";
import { startStage } from "../support/stage-process.ts";

/*
 * MQTT over TLS: who shows a certificate of the agents' authority needs no password, and is its station and no other.
 */
const folder = mkdtempSync(join(tmpdir(), "mqtt-certificates-"));
let authority: Authority;
let server: CertificateFiles;
let station: CertificateFiles;
let scripted: ScriptedKafka;
let gateway: TestGateway;
let url = "";
/** How often the gateway found files that it cannot use. */
let unusable = 0;

beforeAll(async () => {
  authority = await makeAuthority(join(folder, "ca"));
  server = await authority.sign("gateway");
  station = await authority.sign(String(STATION));
});
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(async () => {
  scripted = new ScriptedKafka();
  unusable = 0;
  const read = () => {
    const [cert, key] = [
      { variable: "cert", path: server.cert },
      { variable: "key", path: server.key },
    ];
    try {
      return {
        own: keyPairOf(cert, key, Date.now()),
        clientAuthorities: authoritiesOf({ variable: "ca", path: authority.caFile }, Date.now()),
      };
    } catch (error) {
      unusable++;
      throw error;
    }
  };
  const files = { paths: [server.cert, server.key], read, everyMs: 50 };
  const tls = { port: 0, webSocketPort: 0, certificates: read(), files };
  gateway = await testGateway(scripted.kafka, {
    passwords: NO_PASSWORD,
    config: {
      tls,
      connectMs: 500,
      maxConnections: 3,
      maxWaitingBytes: 64 * 1024,
    },
  });
  url = `mqtts://localhost:${gateway.ports.mqtts}`;
});
afterEach(async () => {
  scripted.become("acknowledges");
  await gateway.stop();
});

function as(files: CertificateFiles | undefined, options: IClientOptions = {}): IClientOptions {
  const own = files ? { cert: readFileSync(files.cert), key: readFileSync(files.key) } : {};
  return { ca: readFileSync(authority.caFile), ...own, ...options };
}

const batches = (): number[] => scripted.memory.records(TOPICS.raw).map((r) => rawValue(r.value).batchId);

test("an agent by its certificate alone: its readings pass, and back-pressure is felt through TLS", async () => {
  const agent = await connectAgent(url, as(station));
  await agent.publish(1);
  scripted.become("hangs");
  const bytes = payload(batch(2, { size: 2_000 }));
  const sent = Array.from({ length: 20 }, (_, i) => agent.publish(i + 2, bytes));
  await expect.poll(() => scripted.held).toBeGreaterThan(0);
  expect(agent.acknowledged).toEqual([1]);
  scripted.become("acknowledges");
  await Promise.all(sent);
  expect(agent.acknowledged).toHaveLength(21);
  expect(batches()).toHaveLength(21);
  agent.end();
});

test.each(["mqtts", "wss"] as const)(
  "the edge's own connection over %s, with certificate and authority",
  async (scheme) => {
    const connect = mqttConnections({
      clock: systemClock,
      keepaliveS: 20,
      ca: readFileSync(authority.caFile),
      certificateOf: () => ({ cert: readFileSync(station.cert), key: readFileSync(station.key) }),
    });
    const connection = await connect({
      url: `${scheme}://localhost:${gateway.ports[scheme]}`,
      clientId: String(STATION),
      withinMs: 5_000,
      will: { topic: agentStateTopic(STATION), payload: json(agentState()) },
      subscribe: refusedTopic(STATION),
      onMessage: () => {},
      onLost: () => {},
    });
    await connection.publish(readingsTopic(STATION), payload(batch(1)));
    expect(batches()).toEqual([1]);
    await connection.close();
  },
);

const mosquitto = spawnSync("mosquitto_pub", ["--help"]).error === undefined;

test.skipIf(!mosquitto)(
  "mosquitto_pub by its certificate; with another station's name it is refused",
  async () => {
    const pub = (...name: string[]) => {
      const tls = ["--cafile", authority.caFile, "--cert", station.cert, "--key", station.key];
      const at = ["-h", "localhost", "-p", String(gateway.ports.mqtts), "-V", "mqttv311"];
      const sent = promisify(execFile)("mosquitto_pub", [
        ...[...at, ...tls, ...name, "-q", "1", "-t", readingsTopic(STATION), "-s"],
      ]);
      sent.child.stdin?.on("error", () => {}).end(payload(batch(1)));
      return sent;
    };
    await pub();
    await pub("-u", String(STATION));
    expect(batches()).toEqual([1, 1]);
    await expect(pub("-u", String(OTHER_STATION))).rejects.toThrow(/not authori[sz]ed/i);
    expect(batches()).toEqual([1, 1]);
  },
);

describe("refused at the CONNECT, and counted", () => {
  const cases: Record<string, readonly [() => Promise<IClientOptions>, code: number, reason: string]> = {
    "another station's certificate": [
      async () => as(station, { username: String(OTHER_STATION) }),
      5,
      "certificate",
    ],
    "no certificate and no password": [async () => as(undefined), 4, "bad-password"],
    "a certificate of a stranger": [
      async () => {
        const stranger = await makeAuthority(join(folder, "stranger"));
        return as(await stranger.sign(String(STATION)));
      },
      5,
      "certificate",
    ],
    "a certificate that has expired": [
      async () => {
        const expired = await authority.sign(`${STATION}`, 0);
        const { validTo } = new X509Certificate(readFileSync(expired.cert));
        await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(Date.parse(validTo));
        const options = as(expired);
        station = await authority.sign(String(STATION));
        return options;
      },
      5,
      "certificate",
    ],
    "a certificate of no name of ours": [
      async () => as(await authority.sign("somebody"), { username: "somebody" }),
      5,
      "unknown-name",
    ],
  };
  for (const [name, [options, code, reason]] of Object.entries(cases)) {
    test(name, async () => {
      await expect(connectAgent(url, await options())).rejects.toMatchObject({ code });
      expect(await gateway.metric("connections_refused_total", { reason })).toBe(1);
    });
  }
});

test("who does not finish the handshake in time goes, is counted, and leaves room for others", async () => {
  const idle = Array.from({ length: 3 }, () => connectTcp(gateway.ports.mqtts ?? 0, "127.0.0.1"));
  await Promise.all(idle.map((socket) => once(socket, "connect")));
  await expect(connectAgent(url, as(station))).rejects.toThrow();
  await Promise.all(idle.map((socket) => once(socket.resume(), "close")));
  const agent = await connectAgent(url, as(station));
  await agent.publish(1);
  agent.end();
  expect(await gateway.metric("connections_refused_total", { reason: "tls-handshake" })).toBe(3);
  expect(await gateway.metric("connections_refused_total", { reason: "too-many" })).toBe(1);
});

test("WebSocket over TLS knows agents by their certificates too", async () => {
  const secure = `wss://localhost:${gateway.ports.wss}`;
  const agent = await connectAgent(secure, as(station));
  await agent.publish(1);
  expect(batches()).toEqual([1]);
  agent.end();
  await expect(connectAgent(secure, as(station, { username: String(OTHER_STATION) }))).rejects.toMatchObject({
    code: 5,
  });
});

test("a client that distrusts the gateway says nothing to it", async () => {
  await expect(connectAgent(url, { ...as(station), ca: readFileSync(station.cert) })).rejects.toThrow();
  await expect.poll(() => gateway.metric("connections_refused_total", { reason: "tls-handshake" })).toBe(1);
});

test("a renewed certificate is shown to the next client that connects; one that cannot be used changes nothing", async () => {
  const agent = await connectAgent(url, as(station));
  const shown = async (): Promise<string> => {
    const socket = connectTls({
      port: gateway.ports.mqtts ?? 0,
      host: "localhost",
      ca: readFileSync(authority.caFile),
    });
    await once(socket, "secureConnect");
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const before = await shown();
  // In two writes, as renewals do it: the key of one and the certificate of the other fit no client.
  const { cert, key } = { cert: readFileSync(server.cert), key: readFileSync(server.key) };
  writeFileSync(server.key, readFileSync(station.key));
  await expect.poll(() => unusable, { timeout: 5_000 }).toBeGreaterThan(0);
  expect(await shown()).toBe(before);
  writeFileSync(server.key, key);
  writeFileSync(server.cert, cert);
  await authority.sign("gateway");
  await expect.poll(shown, { timeout: 5_000 }).not.toBe(before);
  await agent.publish(1);
  expect(batches()).toEqual([1]);
  agent.end();
});

test("an observer's certificate shows everything", async () => {
  const { connectAsync } = await import("mqtt");
  const observer = await connectAsync(url, { ...as(await authority.sign("observer")), reconnectPeriod: 0 });
  const seen: string[] = [];
  observer.on("message", (topic) => seen.push(topic));
  await observer.subscribeAsync("#");
  const agent = await connectAgent(url, as(station));
  await agent.publish(1);
  await expect.poll(() => seen).toContain(readingsTopic(STATION));
  agent.end();
  observer.end(true);
});

test("a gateway whose key is another certificate's ends with 78", async () => {
  const env = { MQTT_TLS_CERT_FILE: server.cert, MQTT_TLS_KEY_FILE: station.key, ELEVATED_HOME: folder };
  await expect(startStage("gateway", env, "MQTT is served")).rejects.toThrow(
    /ended with 78:[\s\S]*is not the key of the certificate/,
  );
});
