import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import type { DeadLetter } from "../../schemas/dead-letter.ts";
import { NETWORK_ROWS } from "../../schemas/network/rows.ts";
import { topicNames } from "../../schemas/topics.ts";
import { startStations } from "./stations.ts";

const topics = topicNames("t.");
let kafka: ReturnType<typeof memoryKafka>;
let registry: ReturnType<typeof memoryRegistry>;
let role: RunningService;

const start = (): Promise<RunningService> =>
  startStations({ kafka, registry, prefix: "t.", logger: silentLogger, metrics: new Registry() });

beforeEach(async () => {
  kafka = memoryKafka();
  registry = memoryRegistry();
  role = await start();
});
afterEach(() => role.stop());

interface Row {
  readonly stop_id: number;
}

/** As Connect writes it: the stop's id as key. */
function connect(rows: readonly (Row & Record<string, unknown>)[]): void {
  kafka.append(
    rows.map((row) => ({
      topic: topics.connectStations,
      partition: 0,
      key: Buffer.from(String(row.stop_id)),
      value: Buffer.from(JSON.stringify(row)),
    })),
  );
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

const decoded = async (bytes: Buffer | null): Promise<unknown> =>
  bytes && (JSON.parse(JSON.stringify(await avroDecoder(registry).decode(bytes))) as unknown);

async function table(): Promise<readonly unknown[]> {
  const newest = new Map<string, InRecord>();
  for (const record of kafka.records(topics.stationsTable))
    newest.set(String(record.key?.toString("hex")), record);
  return Promise.all([...newest.values()].filter((r) => r.value !== null).map((r) => decoded(r.value)));
}

const detail = (): Readonly<Record<string, unknown>> | undefined => role.probe?.().detail;

/** The 230 stops of the network file, as `infra/operator/postgres` puts them into the database. */
const allStops = NETWORK_ROWS.flatMap(([line, order, station_id, station_name, , , , stop1, , stop2]) =>
  [stop1, stop2].map((stop_id) => ({
    stop_id,
    station_id,
    station_name,
    order,
    red: line === "red",
    blue: line === "blue",
    green: line === "green",
  })),
);

test("the 230 rows make 94 stations, and the stops of other lines are skipped, counted", async () => {
  connect(allStops);
  await settled();
  const rows = await table();
  expect(rows).toHaveLength(94);
  expect(rows).toContainEqual({ station_id: 40380, station_name: "Clark/Lake", order: 16, line: "blue" });
  expect(rows).toContainEqual({ station_id: 40380, station_name: "Clark/Lake", order: 14, line: "green" });
  expect(detail()).toMatchObject({ rows: 230, skipped: 42, written: 94, deadLetters: 0, stops: 188 });
});

test("the key is station and line; a deleted station is a tombstone under its key", async () => {
  const [one, two] = allStops.filter(({ station_id }) => station_id === 40900);
  if (!one || !two) throw new Error("the network file has no Howard");
  connect([one, two]);
  connect([{ ...one, __deleted: "true" }]);
  await settled();
  expect(await table()).toHaveLength(1);
  connect([{ ...two, __deleted: "true" }]);
  await settled();
  const last = kafka.records(topics.stationsTable).at(-1);
  expect([await decoded(last?.key ?? null), last?.value]).toEqual([{ station_id: 40900, line: "red" }, null]);
});

test("what is no row goes to the dead letters, with its place, and holds up nothing", async () => {
  connect([{ stop_id: 1, nonsense: true }, ...allStops.slice(0, 2)]);
  await settled();
  expect(await table()).toHaveLength(1);
  const [dead] = kafka.records(topics.deadLetter);
  const letter = (await decoded(dead?.value ?? null)) as DeadLetter;
  expect(letter).toMatchObject({
    origin: `${topics.connectStations}-0@0`,
    where: "stations",
    code: "ROW_INVALID",
    reason: expect.stringContaining("station_id") as string,
  });
});

test("started again, it goes on where it stopped and writes nothing twice", async () => {
  connect(allStops);
  await settled();
  await role.stop();
  const before = kafka.records(topics.stationsTable).length;
  connect(allStops.slice(0, 2).map((row) => ({ ...row, station_name: "Renamed" })));
  role = await start();
  await settled();
  expect(kafka.records(topics.stationsTable).length).toBe(before + 1);
  expect(await table()).toContainEqual(expect.objectContaining({ station_name: "Renamed" }));
});
