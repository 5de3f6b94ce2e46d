import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { seededRandom } from "../../infra/runtime/random.ts";
import type { Endpoints } from "../../infra/runtime/service/endpoints.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { topicNames } from "../../schemas/topics.ts";
import { type Nginx, nginxLacks, startNginx } from "../support/nginx.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { type StageProcess, startStage } from "../support/stage-process.ts";
import { startFleetLoad } from "./fleet-load.ts";
import { fleetTopic } from "./fleet-topic.ts";
import { ReplayingAgent } from "./replaying-agent.ts";
import { kafkaAt, rawReadings, upTo } from "./topic-contents.ts";

/*
 * A real nginx with the compose file's configuration in front of three ingests and two gateways, of which one each is
 * killed under load: no client notices, nothing is lost, nothing is doubled.
 */
const lacks = nginxLacks();
const KAFKA_BROKERS = inject("kafka");
const TOPIC_PREFIX = `nginx-${randomUUID().slice(0, 8)}.`;
const kafka = kafkaAt(KAFKA_BROKERS);
let servers: TestServers;
let nginx: Nginx;
let ingests: readonly StageProcess[] = [];
let gateways: readonly StageProcess[] = [];

async function stages(service: string, count: number, ready: string): Promise<readonly StageProcess[]> {
  const env = {
    KAFKA_BROKERS,
    TOPIC_PREFIX,
    SCHEMA_REGISTRY_URL: servers.addresses.SCHEMA_REGISTRY_URL,
    FLEET_PORT: "0",
    MQTT_PORT: "0",
  };
  return Promise.all(Array.from({ length: count }, () => startStage("gateway", env, ready, [service])));
}

const portIn = (stage: StageProcess, pattern: RegExp): number => Number(pattern.exec(stage.log)?.[1]);

describe.skipIf(lacks !== undefined)(`behind nginx${lacks ? ` (skipped: ${lacks})` : ""}`, () => {
  beforeAll(async () => {
    servers = await startServers(["topics", "schema-registry", "postgres", "database", "central"], {
      KAFKA_BROKERS,
      TOPIC_PREFIX,
      DEDUP_STATION_TOPICS: "0",
    });
    ingests = await stages("http", 3, '"ready"');
    gateways = await stages("mqtt", 2, "MQTT is served");
    nginx = await startNginx({
      vehicles: ingests.map((stage) => portIn(stage, /"url":"http:\/\/[^:]+:(\d+)/)),
      gateways: gateways.map((stage) => portIn(stage, /"port":(\d+)/)),
    });
  }, 120_000);
  afterAll(async () => {
    await nginx?.stop();
    for (const stage of [...ingests, ...gateways]) await stage.kill();
    await servers?.stop();
  });

  test("no POST fails and each acknowledged event is one row when an ingest is killed under load", async () => {
    const load = startFleetLoad(`http://127.0.0.1:${nginx.httpPort}`, 24);
    await load.acknowledges(300);
    await ingests[0]?.kill();
    await load.acknowledges(600);
    await load.stop();
    expect(load.failures).toBe(0);
    const { records } = await fleetTopic(kafka, TOPIC_PREFIX);
    await eventually(async () => expect(await dealtWith(servers.addresses)).toBe(records));
    const rows = await query(
      servers.addresses,
      `SELECT vehicle_id AS vehicle, count(*)::int AS last FROM av_telemetry.diag
       GROUP BY 1 HAVING min(sequence) = 1 AND max(sequence) = count(*) ORDER BY 1`,
    );
    expect(rows).toEqual(load.acknowledged());
  });

  test("every batch is in Kafka when a gateway is killed under load: its agents go on at the other one", async () => {
    const agents = [40380, 40370, 40490, 41400].map(
      (stationId) =>
        new ReplayingAgent({
          url: () => `mqtt://127.0.0.1:${nginx.mqttPort}`,
          stationId,
          random: seededRandom(5, `agent ${stationId}`),
          paceMs: 2,
        }),
    );
    const working = Promise.all(agents.map((agent) => agent.run()));
    const progress = (more: number): Promise<void> => {
      const before = agents.map((agent) => agent.acknowledged);
      return eventually(() =>
        expect(agents.every((agent, n) => agent.acknowledged > (before[n] ?? 0) + more)).toBe(true),
      );
    };
    try {
      await progress(20);
      await gateways[0]?.kill();
      await progress(50);
      for (const agent of agents) agent.finish();
      await working;
      // Two of the four were on the one that died: least connections had shared them out.
      expect(agents.filter(({ connections }) => connections > 1)).toHaveLength(2);
      const raw = rawReadings(await contentsOf(kafka, [topicNames(TOPIC_PREFIX).raw]));
      for (const { deviceIds, acknowledged } of agents)
        for (const id of deviceIds) expect(raw.get(id)?.firsts).toEqual(upTo(acknowledged));
    } finally {
      for (const agent of agents) agent.stop();
    }
  });
});

async function query(addresses: Endpoints, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: addresses.POSTGRES_URL });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Records that the writer has read. */
async function dealtWith(addresses: Endpoints): Promise<number> {
  const [row] = await query(
    addresses,
    "SELECT coalesce(sum(next_offset), 0)::int AS n FROM av_telemetry.positions",
  );
  return Number(row?.["n"]);
}
