import fc from "fast-check";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { differing, eventIn } from "../../central/audit/fleet/event.ts";
import { postgresTable, type TableRow } from "../../central/audit/fleet/table.ts";
import { Database } from "../../central/telemetry/database.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { checkFleetEvent, type FleetEvent } from "../../schemas/fleet.ts";
import { fleetEvent } from "../../schemas/testing/fleet-events.ts";
import { startServers, type TestServers } from "../support/servers.ts";

/*
 * What the ingest takes, the table takes, and as it was sent: otherwise a 202 is a promise that the writer cannot keep.
 */
let servers: TestServers;
let database: Database;
let client: Client;
let access: { readonly connectionString: string };

beforeAll(async () => {
  servers = await startServers(["postgres", "database"]);
  access = { connectionString: servers.addresses.POSTGRES_URL };
  database = new Database(access);
  client = new Client(access);
  await client.connect();
});
afterAll(async () => {
  await client?.end();
  await database?.close();
  await servers?.stop();
});

const NOW = Date.UTC(2026, 5, 30, 12);

const two = (n: number): string => String(n).padStart(2, "0");
const digits = (maxLength: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength });
/** Times of every form that the ISO standard allows, and some that no calendar has. */
const time = fc
  .record({
    date: fc.constantFrom("2000-01-01", "2024-02-29", "2025-02-29", "2025-12-31", "2026-06-30", "9999-12-31"),
    clock: fc.constantFrom("00:00:00", "12:00:00", "23:59:59", "23:59:60", "24:00:00", "12:00"),
    fraction: fc.oneof(
      fc.constant(""),
      digits(9).map((text) => `.${text}`),
      digits(250).map((text) => `.${text}`),
      fc.constant(`.${"9".repeat(30)}`),
    ),
    offset: fc.oneof(
      fc.constantFrom("Z", "+15:59", "-15:59", "+16:00", "-16:00", "+24:00", "", "-00:00"),
      fc
        .tuple(fc.constantFrom("+", "-"), fc.nat(23), fc.nat(59))
        .map(([sign, hours, minutes]) => `${sign}${two(hours)}:${two(minutes)}`),
    ),
  })
  .map(({ date, clock, fraction, offset }) => `${date}T${clock}${fraction}${offset}`);

const number = (min: number, max: number) =>
  fc.oneof(fc.double({ min, max, noNaN: true }), fc.constantFrom(min, max, 5e-324, 1e-320, 0.1, -0));
const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 70 }),
  fc.string({ unit: fc.constantFrom("\\", '"', "{", "}", ",", "\0", "\n", "\ud83d", "\u{1F68C}", "N") }),
  fc.constantFrom("NULL", "__proto__", "constructor", "toString", "x".repeat(1_025)),
);
const candidate = fc.record({
  boot: fc.oneof(fc.nat(), fc.constantFrom(Number.MAX_SAFE_INTEGER, 2 ** 53)),
  time,
  lat: number(-90, 90),
  lon: number(-180, 180),
  speed: number(0, 500),
  heading: number(0, 360),
  battery: number(0, 100),
  metadata: fc
    .array(
      fc.tuple(
        word,
        fc.oneof(word, number(-1e300, 1e300), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
      ),
      { maxLength: 5 },
    )
    .map((entries) => Object.fromEntries(entries)),
});

let offset = 0;
function recordOf(event: FleetEvent): InRecord {
  const value = Buffer.from(JSON.stringify({ ...event, received: new Date(NOW).toISOString() }));
  return { topic: "t", partition: 0, offset: offset++, timestamp: NOW, key: null, value, headers: {} };
}

/** As JSON carries it: -0 is 0. */
const carried = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** What the auditor finds wrong with the rows of these records. */
async function auditOf(records: readonly InRecord[]): Promise<readonly unknown[]> {
  const events = records.flatMap(({ value }) => eventIn(value) ?? []);
  expect(events).toHaveLength(records.length);
  const rows = await postgresTable(access).at((view) => view.rows(events));
  const nameOf = ({ boot, sequence }: Pick<TableRow, "boot" | "sequence">) => `${boot} ${sequence}`;
  const known = new Map(rows.map((row) => [nameOf(row), row]));
  return events.flatMap((event) => {
    const row = known.get(nameOf(event));
    const differs = row ? differing(event.content, row.content) : ["no row"];
    return differs.length > 0 ? [{ event, row, differs }] : [];
  });
}

test("each event that the ingest takes becomes a row that says the same, to its client and to the auditor", async () => {
  let taken = 0;
  let sequence = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(candidate, { minLength: 40, maxLength: 80 }), async (candidates) => {
      const events = candidates.flatMap((fields) => {
        const text = JSON.stringify({ vehicle_id: "V-1", sequence: ++sequence, ...fields });
        const checked = checkFleetEvent(JSON.parse(text), NOW);
        return checked.ok ? [checked.value] : [];
      });
      taken += events.length;
      const refused: string[] = [];
      const records = events.map(recordOf);
      const counts = await database.write(
        { cluster: "c", topic: "t", partition: 0, topicId: "" },
        records,
        async (some) => void refused.push(...some.map(({ error }) => error.message)),
      );
      expect(refused).toEqual([]);
      expect(counts).toEqual({
        inserted: events.length,
        duplicates: 0,
        deadLetters: 0,
        conflicts: 0,
        skipped: 0,
      });
      expect(await auditOf(records)).toEqual([]);
      const { rows } = await client.query(
        `SELECT boot::text, sequence::int, floor(extract(epoch FROM time) * 1000)::float8 AS ms,
                lat, lon, speed, heading, battery, metadata
         FROM av_telemetry.diag WHERE sequence = ANY ($1) ORDER BY sequence`,
        [events.map((event) => event.sequence)],
      );
      expect(rows).toEqual(
        events.map(({ boot, time: at, vehicle_id: _, ...rest }) => ({
          ...(carried(rest) as object),
          boot: String(boot),
          // PostgreSQL rounds to a microsecond, which may be the next millisecond.
          ms: expect.closeTo(Date.parse(at), -0.4),
        })),
      );
    }),
    { seed: 13, numRuns: 60, endOnFailure: true },
  );
  // The property says nothing where nothing is taken.
  expect(taken).toBeGreaterThan(100);
});

const taken = (at: string): boolean => checkFleetEvent(fleetEvent({ time: at }), NOW).ok;
const stored = (at: string): Promise<boolean> =>
  client.query("SELECT $1::text::timestamptz", [at]).then(
    () => true,
    () => false,
  );

test.each([
  ["2026-01-01T12:00:00+15:59", true],
  ["2026-01-01T12:00:00-15:59", true],
  ["2026-01-01T12:00:00+16:00", false],
  ["2026-01-01T12:00:00-16:00", false],
  [`2026-01-01T12:00:00.${"1".repeat(37)}+01:00`, true],
  [`2026-01-01T12:00:00.${"1".repeat(200)}Z`, false],
  ["2025-02-29T12:00:00Z", false],
])("ingest and table agree about %s", async (at, expected) => {
  expect([taken(at), await stored(at)]).toEqual([expected, expected]);
});
