import { createServer, type Server } from "node:http";
import { io } from "socket.io-client";
import { readyCity, serve } from "../../central/dashboard/server/testing/served.ts";
import { createControlServer } from "../../firmware-sim/control/server.ts";
import { ingestSettings } from "../../gateway/http/config.ts";
import { startIngest } from "../../gateway/http/ingest.ts";
import { controlServer } from "../../infra/launcher/supervisor/report/control.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";
import { reverseProxy } from "../../infra/runtime/http/reverse-proxy.ts";
import { type MemoryKafka, memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { createMetrics } from "../../infra/runtime/service/metrics.ts";
import { openKsqlServer } from "../../infra/servers/ksql/server.ts";
import { memoryRegistry } from "../../infra/servers/ksql/testing/memory-registry.ts";
import { proxyServer } from "../../infra/servers/rest-proxy/http/server.ts";
import { memoryCluster } from "../../infra/servers/rest-proxy/testing/memory-cluster.ts";
import { memorySchemas } from "../../infra/servers/rest-proxy/testing/memory-schemas.ts";
import { registryServer } from "../../infra/servers/schema-registry/http/server.ts";
import { RegistryStore } from "../../infra/servers/schema-registry/store.ts";
import { TOPICS } from "../../schemas/topics.ts";

/** A server that a browser on this machine can reach, and a request that would change something there. */
export interface Listener {
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** What a client of this server sends as Content-Type; browsers ask first before they do. */
  readonly type: string;
  /** Says what the server holds: as long as it stays the same, nothing was changed. */
  readonly state: () => Promise<string> | string;
  readonly close: () => Promise<unknown>;
}

const metrics = { contentType: "text/plain", metrics: async () => "" };

/** Every HTTP server of the project, over Kafka in memory. */
export async function allListeners(): Promise<readonly Listener[]> {
  return Promise.all([
    registry(),
    restProxy(),
    ksql(),
    ingest(),
    simulator(),
    supervisor(),
    dashboard(),
    connect(),
  ]);
}

async function registry(): Promise<Listener> {
  const store = await RegistryStore.open({
    kafka: memoryKafka(),
    topic: "_schemas",
    clock: systemClock,
    logger: silentLogger,
  });
  const server = registryServer({ store: () => store, metrics, logger: silentLogger });
  const { url } = await server.listen(0);
  return {
    ...{ name: "schema-registry", url, method: "POST", path: "/subjects/evil/versions" },
    ...{ body: '{"schema":"\\"int\\""}', type: "application/vnd.schemaregistry.v1+json" },
    state: () => store.state.subjects("all").join(","),
    close: async () => {
      await server.close();
      await store.close();
    },
  };
}

async function topic(name: string): Promise<MemoryKafka> {
  const kafka = memoryKafka();
  await (await kafka.admin()).ensureTopics([{ topic: name, partitions: 1 }]);
  return kafka;
}

async function restProxy(): Promise<Listener> {
  const kafka = await topic("t");
  const parts = {
    producer: await kafka.producer(),
    cluster: await memoryCluster(kafka),
    schemas: memorySchemas(),
  };
  const server = proxyServer({ proxy: () => parts, metrics, logger: silentLogger, maxBody: 1_000_000 });
  const { url } = await server.listen(0);
  return {
    ...{ name: "rest-proxy", url, method: "POST", path: "/topics/t", body: '{"records":[{"value":"AA=="}]}' },
    type: "application/vnd.kafka.binary.v2+json",
    state: () => `${kafka.records("t").length} records`,
    close: () => server.close(),
  };
}

async function ksql(): Promise<Listener> {
  const kafka = await topic("s");
  const server = await openKsqlServer({
    ...{ kafka, registry: memoryRegistry(), clock: systemClock, logger: silentLogger },
    ...{ port: 0, serviceId: "t_", metrics: createMetrics("ksql") },
  });
  return {
    ...{ name: "ksql", url: server.url, method: "POST", path: "/ksql", type: "application/json" },
    body: `{"ksql":"CREATE STREAM EVIL (A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');"}`,
    state: async () => {
      const answer = await fetch(`${server.url}/ksql`, { method: "POST", body: '{"ksql":"SHOW STREAMS;"}' });
      return answer.text();
    },
    close: () => server.close(),
  };
}

async function ingest(): Promise<Listener> {
  const kafka = await topic(TOPICS.fleet);
  const server = await startIngest({
    config: { ...readConfig(ingestSettings, {}), FLEET_PORT: 0 },
    ...{ kafka, clock: systemClock, random: seededRandom(1), logger: silentLogger },
    ...{ metrics: createMetrics("test"), signal: new AbortController().signal },
  });
  return {
    ...{ name: "fleet-ingest", url: server.url, method: "POST", path: "/events" },
    body: "vehicle_id=evil&sequence=1&time=2026-01-01T00:00:00Z&lat=1&lon=2&speed=3&heading=4&battery=5",
    type: "application/x-www-form-urlencoded",
    state: () => `${kafka.records(TOPICS.fleet).length} events`,
    close: () => server.stop(),
  };
}

async function simulator(): Promise<Listener> {
  const pressed: unknown[] = [];
  const press = { method: "POST", path: "/press", handle: (body: unknown) => pressed.push(body) } as const;
  const server = createControlServer([press], silentLogger);
  const { url } = await server.listen(0);
  return {
    ...{ name: "firmware-sim", url, method: "POST", path: "/press", type: "application/json" },
    body: '{"device":"40380-T1","count":1}',
    state: () => JSON.stringify(pressed),
    close: () => server.close(),
  };
}

async function supervisor(): Promise<Listener> {
  const asked: string[] = [];
  const request = (name: string, what: string): boolean => asked.push(`${what} ${name}`) > 0;
  const server = controlServer(
    { home: "/nonexistent", startedAt: 0, pid: 1, reports: () => [], request, faults: () => [], strike() {} },
    silentLogger,
  );
  const { url } = await server.listen(0);
  return {
    ...{ name: "supervisor", url, method: "POST", path: "/parts/kafka/kill", body: "", type: "text/plain" },
    state: () => asked.join(","),
    close: () => server.close(),
  };
}

/** The page's server: an experiment by HTTP. What a page reports by Socket.IO is tried by the test itself. */
async function dashboard(): Promise<Listener> {
  const pressed: string[] = [];
  const simulated = createServer((request, response) => {
    if (request.method === "POST") pressed.push(request.url ?? "");
    response.end("{}");
  });
  const simulator = await listen(simulated, 0);
  const city = await readyCity();
  const server = await serve(city, { simulatorUrl: simulator.url });
  const viewer = io(server.url, { transports: ["websocket"] });
  return {
    ...{ name: "dashboard", url: server.url, method: "POST", path: "/experiments/unplug-device", body: "" },
    type: "application/json",
    async state() {
      const proof = (await (await fetch(`${server.url}/api/v1/proof`)).json()) as {
        readonly shown: number | null;
        readonly violations?: readonly string[];
      } | null;
      return JSON.stringify([pressed, proof?.shown ?? null, proof?.violations ?? []]);
    },
    async close() {
      viewer.close();
      await server.stop();
      await closeServer(simulated);
    },
  };
}

/** Kafka Connect stands for servers that are not ours, behind the reverse proxy. */
async function connect(): Promise<Listener> {
  const requests: string[] = [];
  const behind: Server = createServer((request, response) => {
    if (request.method !== "GET") requests.push(request.url ?? "");
    response.end("{}");
  });
  const { url: target } = await listen(behind, 0);
  const server = reverseProxy({ target, maxBody: 1_000_000, logger: silentLogger });
  const { url } = await server.listen(0);
  return {
    ...{ name: "connect", url, method: "POST", path: "/connectors", body: '{"name":"evil"}' },
    type: "application/json",
    state: () => requests.join(","),
    close: async () => {
      await server.close();
      await closeServer(behind);
    },
  };
}
