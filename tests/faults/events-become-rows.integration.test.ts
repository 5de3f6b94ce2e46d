import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStatus } from "../../infra/launcher/supervisor/status.ts";
import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { type FleetLoad, startFleetLoad } from "./fleet-load.ts";
import { kafkaAt } from "./topic-contents.ts";

/*
 * Vehicles post while every process on the way to PostgreSQL is killed in turn: the table holds each acknowledged event
 * once, and nothing that was never sent.
 */
let servers: TestServers;
let load: FleetLoad;

beforeAll(async () => {
  servers = await startServers(
    ["kafka", "topics", "schema-registry", "postgres", "database", "fleet-ingest", "central"],
    { DEDUP_STATION_TOPICS: "0" },
  );
  load = startFleetLoad(servers.addresses.FLEET_URL, 100, 250);
}, 180_000);
afterAll(async () => {
  await load?.stop();
  await servers?.stop();
});

async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: servers.addresses.POSTGRES_URL });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What Kafka has now has been read; more may come meanwhile. */
async function caughtUp(): Promise<void> {
  const admin = await kafkaAt(servers.addresses.KAFKA_BROKERS).admin();
  const ends = await admin.endOffsets(TOPICS.fleet).finally(() => admin.close());
  await eventually(async () => {
    const rows = await query("SELECT partition, next_offset::int AS next FROM av_telemetry.positions");
    const next = new Map(rows.map((row) => [Number(row["partition"]), Number(row["next"])]));
    expect(ends.filter((end, partition) => (next.get(partition) ?? 0) < end)).toEqual([]);
  });
}

test.each(["fleet-ingest", "central", "kafka", "postgres"])(
  "acknowledgements go on after a kill of %s under load",
  async (part) => {
    const before = (await readStatus(servers.addresses.SUPERVISOR_URL)).parts.find(
      ({ name }) => name === part,
    );
    await load.acknowledges(100);
    await fetch(`${servers.addresses.SUPERVISOR_URL}/parts/${part}/kill`, { method: "POST" });
    await eventually(async () => {
      const { parts } = await readStatus(servers.addresses.SUPERVISOR_URL);
      const now = parts.find(({ name }) => name === part);
      expect(now?.state).toBe("ready");
      expect(now?.pid).not.toBe(before?.pid);
    });
    await load.acknowledges(100);
  },
);

test("what a text holds arrives as text, and a sequence number that is repeated is kept once", async () => {
  const metadata = {
    "'); DROP TABLE av_telemetry.diag; --": "'; DELETE FROM av_telemetry.diag; --",
    '"}{,\\': 'NULL, "NULL" \\" {a,"b"} \n\t\u0001 \u{1F68C} $1 %s',
    empty: "",
  };
  const odd = { ...load.event("V-odd:--", 1), metadata };
  const events = [odd, odd, { ...odd, sequence: 2, lat: 1e-7 }];
  for (let time = 0; time < 2; time++) {
    const answer = await fetch(`${servers.addresses.FLEET_URL}/events`, {
      method: "POST",
      body: JSON.stringify(events),
      headers: { "content-type": "application/json" },
    });
    expect(answer.status).toBe(202);
  }
  await caughtUp();
  expect(
    await query(`SELECT sequence::int, lat, metadata, time = '2026-01-01T12:00:00Z' AS same
                 FROM av_telemetry.diag WHERE vehicle_id = 'V-odd:--' ORDER BY sequence`),
  ).toEqual([
    { sequence: 1, lat: 41.88, metadata, same: true },
    { sequence: 2, lat: 1e-7, metadata, same: true },
  ]);
});

test("no event of a vehicle that starts again with the same numbers is lost silently: it is answered 409", async () => {
  const post = (sequence: number, change: object = {}) =>
    fetch(`${servers.addresses.FLEET_URL}/events`, {
      method: "POST",
      body: JSON.stringify({ ...load.event("V-again", sequence), ...change }),
      headers: { "content-type": "application/json" },
    });
  expect((await post(1)).status).toBe(202);
  await caughtUp();
  expect((await post(1, { lat: 41.9 })).status).toBe(409);
  // Another instance of the ingest, or this one after its restart, knows nothing of the first.
  await fetch(`${servers.addresses.SUPERVISOR_URL}/parts/fleet-ingest/kill`, { method: "POST" });
  await eventually(async () => expect((await post(1, { lat: 41.9 })).status).toBe(202));
  await caughtUp();
  expect(await query("SELECT lat FROM av_telemetry.diag WHERE vehicle_id = 'V-again'")).toEqual([
    { lat: 41.88 },
  ]);
  expect(await deadLetters()).toBeGreaterThan(0);
});

async function deadLetters(): Promise<number> {
  const [row] = await query("SELECT sum(dead_letters)::int AS n FROM av_telemetry.positions");
  return Number(row?.["n"]);
}

test("the neighbours of rows that PostgreSQL refuses go in; those rows, and records that are no events, are dead letters", async () => {
  await query("ALTER TABLE av_telemetry.diag ADD CONSTRAINT known CHECK (vehicle_id <> 'V-unknown')");
  const before = await deadLetters();
  const producer = await kafkaAt(servers.addresses.KAFKA_BROKERS).producer();
  const event = { ...load.event("V-unknown", 1), received: "2026-01-01T12:00:00.000Z" };
  const values = [JSON.stringify(event), "{", JSON.stringify({ ...event, metadata: { note: "\0" } })];
  await producer.send(
    values.map(
      (value): OutRecord => ({ topic: TOPICS.fleet, partition: 0, key: null, value: Buffer.from(value) }),
    ),
  );
  await producer.close();
  await load.acknowledges(100);
  await caughtUp();
  expect(await deadLetters()).toBe(before + 3);
  const admin = await kafkaAt(servers.addresses.KAFKA_BROKERS).admin();
  const letters = await admin.endOffsets(TOPICS.deadLetter).finally(() => admin.close());
  expect(letters.reduce((sum, end) => sum + end, 0)).toBeGreaterThanOrEqual(before + 3);
});

test("the rows are the acknowledged events, each once, and every record is accounted for", async () => {
  await load.stop();
  await caughtUp();
  const rows = await query(
    `SELECT vehicle_id AS vehicle, count(*)::int AS events, min(sequence)::int AS first, max(sequence)::int AS last
     FROM av_telemetry.diag WHERE vehicle_id ~ '^V-[0-9]+$' GROUP BY 1 ORDER BY 1`,
  );
  expect(rows).toEqual(
    load.acknowledged().map(({ vehicle, last }) => ({ vehicle, events: last, first: 1, last })),
  );
  expect(
    await query(`SELECT sum(inserted + duplicates + dead_letters - next_offset)::int AS unaccounted,
                   sum(inserted)::int - (SELECT count(*)::int FROM av_telemetry.diag) AS difference
                 FROM av_telemetry.positions`),
  ).toEqual([{ unaccounted: 0, difference: 0 }]);
});
