import { readFileSync } from "node:fs";
import { join } from "node:path";
import kafkajs from "kafkajs";
import { Client } from "pg";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { LINES, STATIONS } from "../../schemas/network/network.ts";
import { NETWORK_ROWS } from "../../schemas/network/rows.ts";
import type { StationAnswer, TrainAnswer } from "../../schemas/page/api.ts";
import { parseStationTopic, stationTopic, TOPICS } from "../../schemas/topics.ts";
import { launchBrowser } from "../support/browser.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader, type TopicReader } from "../support/topic-reader.ts";
import { proofOf } from "./agreement.ts";

/*
 * The living city on real servers, three times its usual speed so that every station has had its train and its
 * entries soon, and at an hour when even the quietest turnstile turns.
 */
const ARGS = ["--speed", "180", "--from", "2018-10-03T08:00"];
/** Where others use the processors too: a wait that is longer than it need be costs a good run nothing. */
const SLOW_MACHINE_MS = 180_000;
const { Kafka, logLevel } = kafkajs;
const STATION_IDS = STATIONS.map((station) => station.id).sort();

let system: TestSystem;
let topics: TopicReader;
let browser: Browser;

beforeAll(async () => {
  system = await startSystem({ args: ARGS });
  topics = await openTopicReader(system.endpoints);
  browser = await launchBrowser();
});

afterAll(async () => {
  await browser?.close();
  await topics?.close();
  await system?.stop();
  await system?.remove();
});

async function json<T>(base: keyof TestSystem["endpoints"], path: string): Promise<T> {
  const response = await fetch(`${system.endpoints[base]}${path}`);
  if (!response.ok) throw new Error(`${base}${path} answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

async function ksql(statement: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${system.endpoints.KSQLDB_URL}/ksql`, {
    method: "POST",
    body: JSON.stringify({ ksql: statement }),
  });
  const [answer] = (await response.json()) as Record<string, unknown>[];
  return answer ?? {};
}

const fieldsOf = async (subject: string): Promise<string[]> => {
  const { schema } = await json<{ schema: string }>(
    "SCHEMA_REGISTRY_URL",
    `/subjects/${encodeURIComponent(subject)}/versions/latest`,
  );
  return (JSON.parse(schema) as { fields: { name: string }[] }).fields.map((field) => field.name);
};

/** Stations that have records in their own topic of this kind. */
async function stationsWithRecords(kind: "arrivals" | "turnstiles"): Promise<number[]> {
  const records = await topics.read(STATION_IDS.map((id) => stationTopic(kind, id)));
  const ids = records.flatMap((record) => parseStationTopic(record.topic)?.stationId ?? []);
  return [...new Set(ids)].sort();
}

/** What the courses that this system comes from ask of it, one row a check. */
const CHECKS: readonly (readonly [string, () => Promise<void>])[] = [
  [
    "every topic of the system is visible",
    async () =>
      expect(await topics.admin.listTopics()).toEqual(
        expect.arrayContaining([
          TOPICS.raw,
          TOPICS.arrivals,
          TOPICS.turnstiles,
          TOPICS.weather,
          TOPICS.connectStations,
          TOPICS.stationsTable,
          TOPICS.turnstileSummary,
          TOPICS.dedupState,
          TOPICS.devices,
        ]),
      ),
  ],
  [
    "every station has arrivals in its topic",
    async () => expect(await stationsWithRecords("arrivals")).toEqual(STATION_IDS),
  ],
  [
    "every station has entries in its topic",
    async () => expect(await stationsWithRecords("turnstiles")).toEqual(STATION_IDS),
  ],
  [
    "the arrival's value schema is registered with its seven fields",
    async () =>
      expect(await fieldsOf(`${TOPICS.arrivals}-value`)).toEqual([
        "station_id",
        "train_id",
        "direction",
        "line",
        "train_status",
        "prev_station_id",
        "prev_direction",
      ]),
  ],
  [
    "the turnstile's value schema is registered with its three fields",
    async () =>
      expect(await fieldsOf(`${TOPICS.turnstiles}-value`)).toEqual(["station_id", "station_name", "line"]),
  ],
  [
    "the weather's schemas are registered",
    async () => {
      expect(await fieldsOf(`${TOPICS.weather}-value`)).toEqual(["temperature", "status"]);
      expect(await fieldsOf(`${TOPICS.weather}-key`)).toEqual(["timestamp"]);
    },
  ],
  [
    "all stations of the three lines are on the page",
    async () => {
      const stations = await json<StationAnswer[]>("DASHBOARD_URL", "/api/v1/stations");
      const placed = stations.flatMap((s) => s.lines.map((line) => `${s.id} ${line}`)).sort();
      const expected = NETWORK_ROWS.flatMap(([line, , id]) => (line ? `${id} ${line}` : [])).sort();
      expect(placed).toEqual(expected);
    },
  ],
  [
    "every line has ten trains on the page",
    async () => {
      const trains = await json<TrainAnswer[]>("DASHBOARD_URL", "/api/v1/trains");
      expect(LINES.map((line) => trains.filter((train) => train.line === line).length)).toEqual([10, 10, 10]);
    },
  ],
  [
    "the weather is in its topic, in its schema",
    async () => {
      const [first] = await topics.read([TOPICS.weather]);
      expect(await topics.avro(first?.value ?? null)).toMatchObject({
        temperature: expect.any(Number),
        status: expect.stringMatching(/^(sunny|partly_cloudy|cloudy|windy|precipitation)$/),
      });
    },
  ],
  [
    "every stop of PostgreSQL is in Connect's topic",
    async () => {
      const rows = await topics.read([TOPICS.connectStations]);
      const stops = new Set(
        rows.map((row) => (JSON.parse(row.value?.toString() ?? "{}") as { stop_id?: number }).stop_id),
      );
      const expected = NETWORK_ROWS.flatMap((row) => [row[7], row[9]]);
      expect([...stops].sort()).toEqual(expected.sort());
    },
  ],
  [
    "the JDBC source reads incrementing by stop_id",
    async () => {
      const file = join(projectRoot(), "central", "connect", "connectors", "stations-jdbc.json");
      const { config } = JSON.parse(readFileSync(file, "utf8")) as { config: Record<string, string> };
      expect(config).toMatchObject({ mode: "incrementing", "incrementing.column.name": "stop_id" });
    },
  ],
  [
    "the connector and its task run",
    async () => {
      const names = await json<string[]>("CONNECT_URL", "/connectors");
      expect(names).toHaveLength(1);
      const status = await json<{ tasks: { state: string }[] }>(
        "CONNECT_URL",
        `/connectors/${names[0]}/status`,
      );
      expect(status.tasks.map((task) => task.state)).toEqual(["RUNNING"]);
    },
  ],
  [
    "the transformed stations are complete",
    async () => {
      const records = await topics.read([TOPICS.stationsTable]);
      const values = await Promise.all(records.map((record) => topics.avro(record.value)));
      const rows = values as { station_id: number; line: string; order: number; station_name: string }[];
      const found = new Set(rows.map((r) => `${r.station_id} ${r.line} ${r.order} ${r.station_name}`));
      const expected = NETWORK_ROWS.flatMap(([line, order, id, name]) =>
        line ? `${id} ${line} ${order} ${name}` : [],
      );
      expect([...found].sort()).toEqual(expected.sort());
    },
  ],
  [
    "who reads Kafka is a consumer group with its members",
    async () => {
      const admin = new Kafka({
        brokers: system.endpoints.KAFKA_BROKERS.split(","),
        logLevel: logLevel.NOTHING,
      }).admin();
      await admin.connect();
      try {
        const { groups } = await admin.describeGroups(["dedup", "stations"]);
        expect(groups.toSorted((x, y) => x.groupId.localeCompare(y.groupId))).toEqual([
          expect.objectContaining({ groupId: "dedup", state: "Stable", members: [expect.anything()] }),
          expect.objectContaining({ groupId: "stations", state: "Stable", members: [expect.anything()] }),
        ]);
      } finally {
        await admin.disconnect();
      }
    },
  ],
  [
    "ksqlDB shows the stream TURNSTILE, the table TURNSTILE_SUMMARY and the query between them",
    async () => {
      expect(await ksql("SHOW STREAMS;")).toMatchObject({
        streams: [{ name: "TURNSTILE", topic: TOPICS.turnstiles }],
      });
      expect(await ksql("SHOW TABLES;")).toMatchObject({ tables: [{ name: "TURNSTILE_SUMMARY" }] });
      expect(await ksql("SHOW QUERIES;")).toMatchObject({ queries: [{ sinks: ["TURNSTILE_SUMMARY"] }] });
    },
  ],
  [
    "the summary counts every station",
    async () => {
      const records = await topics.read([TOPICS.turnstileSummary]);
      const keys = await Promise.all(records.map((record) => topics.avro(record.key)));
      expect([...new Set(keys as number[])].sort()).toEqual(STATION_IDS);
    },
  ],
];

describe("what the courses ask", () => {
  test.each(CHECKS)("%s", async (_, check) => {
    await eventually(check, 100_000, 1000);
  });
});

async function open(): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(system.endpoints.DASHBOARD_URL);
  return page;
}

test("in a browser a train moves from one station to another, and the count of entries rises", async () => {
  const page = await open();
  const trains = (): Promise<Record<string, string>> =>
    page.$$eval("[data-train]", (marks) =>
      Object.fromEntries(
        marks.map((mark) => [mark.getAttribute("data-train"), mark.getAttribute("data-station")]),
      ),
    );
  const entries = async (): Promise<number> => (await proofOf(system.endpoints.DASHBOARD_URL)).summed ?? 0;
  await eventually(async () => expect(Object.keys(await trains()).length).toBeGreaterThan(20));
  const [placesBefore, entriesBefore] = [await trains(), await entries()];
  await eventually(async () => {
    const now = await trains();
    expect(Object.keys(now).some((id) => placesBefore[id] && placesBefore[id] !== now[id])).toBe(true);
    expect(await entries()).toBeGreaterThan(entriesBefore);
  });
  await page.close();
});

test("a station renamed by SQL is renamed on a page that is open, and back", async () => {
  const page = await open();
  const postgres = new Client({ connectionString: system.endpoints.POSTGRES_URL });
  await postgres.connect();
  for (const name of ["Renamed by SQL", "Clark/Lake"]) {
    await postgres.query("UPDATE stations SET station_name = $1 WHERE station_id = 40380", [name]);
    await page.locator('.map-station[href$="/40380"]', { hasText: name }).waitFor();
  }
  await postgres.end();
  await page.close();
});

test(
  "under traffic the proof holds, with nothing lost and nothing double",
  async () => {
    await eventually(async () => {
      const proof = await proofOf(system.endpoints.DASHBOARD_URL);
      expect(proof, JSON.stringify([proof.reasons, proof.open])).toMatchObject({
        state: "holds",
        lost: 0,
        unexplained: 0,
        miscounted: 0,
        deadLetters: 0,
      });
      expect(proof.findings).toEqual({ open: 0, accounted: 0, resolved: 0 });
      expect(proof.clean).toBeGreaterThan(1000);
    }, SLOW_MACHINE_MS);
  },
  2 * SLOW_MACHINE_MS,
);

test(
  "stopped and started again, the page shows the present: counts go on, thirty trains, no ghost",
  async () => {
    const before = await proofOf(system.endpoints.DASHBOARD_URL);
    await topics.close();
    await system.stop();
    system = await startSystem({ args: ["--speed", "180"], home: system.home });
    topics = await openTopicReader(system.endpoints);
    await eventually(async () => {
      const trains = await json<TrainAnswer[]>("DASHBOARD_URL", "/api/v1/trains");
      expect(trains.filter((train) => !train.stale)).toHaveLength(30);
      expect(new Set(trains.map((train) => train.id)).size).toBe(30);
      const proof = await proofOf(system.endpoints.DASHBOARD_URL);
      expect(proof.state, JSON.stringify([proof.reasons, proof.open])).toBe("holds");
      expect(proof.clean).toBeGreaterThan(before.clean ?? 0);
    }, SLOW_MACHINE_MS);
  },
  3 * SLOW_MACHINE_MS,
);
