import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type MemoryKafka, memoryKafka } from "../../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import type { SlotState } from "../../../infra/runtime/postgres/slots.ts";
import { memoryRegistry } from "../../../infra/runtime/registry/testing/memory.ts";
import type { RunningService } from "../../../infra/runtime/service/service-set.ts";
import { ManualClock } from "../../../infra/runtime/testing/manual-clock.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { topicNames } from "../../../schemas/topics.ts";
import { parseRow } from "../row.ts";
import { startStations } from "../stations.ts";

/* PostgreSQL's table against Connect's topic, with the transform behind it. A look each second. */
const topics = topicNames("t.");
const EVERY_S = 1;

type Row = Readonly<Record<string, unknown>> & { readonly stop_id: number };

const row = (stop_id: number, name: string): Row => ({
  stop_id,
  station_id: 40_000 + 10 * stop_id,
  station_name: name,
  order: stop_id,
  red: true,
  blue: false,
  green: false,
});

let kafka: MemoryKafka;
let clock: ManualClock;
let role: RunningService;
/** PostgreSQL's. */
let table: Map<number, Row>;
let slots: SlotState[];
let away: boolean;

beforeEach(async () => {
  kafka = memoryKafka();
  clock = new ManualClock();
  table = new Map();
  slots = [];
  away = false;
  role = await startStations({
    kafka,
    registry: memoryRegistry(),
    prefix: "t.",
    logger: silentLogger,
    metrics: new Registry(),
    clock,
    source: {
      everySeconds: EVERY_S,
      table: {
        async read() {
          if (away)
            throw new CodedError("DEPENDENCY_UNAVAILABLE", { message: "PostgreSQL: gone", retryable: true });
          const rows = [...table].map(([id, json]) => {
            const event = parseRow(null, Buffer.from(JSON.stringify(json)));
            if (event.kind !== "row") throw new Error("no row");
            return [id, { stop: event.stop, json }] as const;
          });
          return { rows: new Map(rows), slots };
        },
      },
    },
  });
});
afterEach(() => role.stop());

/** As Connect writes a change; undefined: a delete. */
function connect(stopId: number, value: unknown): void {
  kafka.append([
    {
      topic: topics.connectStations,
      partition: 0,
      key: Buffer.from(String(stopId)),
      value: value === undefined ? null : Buffer.from(JSON.stringify(value)),
    },
  ]);
}

/** A change in PostgreSQL that Connect brings. */
function change(...rows: readonly Row[]): void {
  for (const each of rows) {
    table.set(each.stop_id, each);
    connect(each.stop_id, each);
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function looks(count: number): Promise<void> {
  await settled();
  for (let n = 0; n < count; n++) {
    clock.advance(EVERY_S * 1_000);
    await settled();
  }
}

const written = () => kafka.records(topics.connectStations).filter(({ headers }) => "corrects" in headers);
const corrections = () =>
  written().map(({ key, value }) => [Number(key), value && JSON.parse(String(value)).station_name]);
const detail = () => role.probe?.().detail as Record<string, unknown>;

test("while both say the same nothing is written", async () => {
  change(row(1, "A"), row(2, "B"));
  await looks(10);
  expect([written(), detail()["stops"]]).toEqual([[], 2]);
  expect(detail()["source"]).toEqual({ differing: 0, slots: [], problems: [] });
});

test("rows that were deleted without an event, as by TRUNCATE, become tombstones, and their stations go", async () => {
  change(row(1, "A"), row(2, "B"));
  await looks(1);
  table.clear();
  await looks(3);
  expect(corrections()).toEqual([
    [1, null],
    [2, null],
  ]);
  expect(detail()["stops"]).toBe(0);
  await looks(5);
  expect(written()).toHaveLength(2);
});

test("a row of which a change was lost is written as the table has it, all of its columns", async () => {
  change(row(1, "A"), row(2, "B"));
  await looks(1);
  table.set(1, { ...row(1, "Renamed"), stop_name: "Renamed (northbound)" });
  table.set(3, row(3, "New"));
  await looks(3);
  expect(corrections()).toEqual([
    [1, "Renamed"],
    [3, "New"],
  ]);
  expect(JSON.parse(String(written()[0]?.value))).toMatchObject({
    stop_name: "Renamed (northbound)",
    __deleted: "false",
  });
});

test("rows that could not be read while a column had another name are mended", async () => {
  change(row(1, "A"));
  connect(1, { stop_id: 1, station: "A" });
  table.set(1, row(1, "B"));
  await looks(3);
  expect(corrections()).toEqual([[1, "B"]]);
  expect(detail()).toMatchObject({ stops: 1, deadLetters: 1 });
});

test("a change that is on its way is no difference to correct", async () => {
  change(row(1, "A"));
  await looks(1);
  table.set(1, row(1, "B"));
  await looks(1);
  connect(1, row(1, "B"));
  await looks(5);
  expect(written()).toEqual([]);
});

test("a table that cannot be read says nothing of what it no longer has", async () => {
  change(row(1, "A"));
  await looks(1);
  away = true;
  await looks(5);
  expect(written()).toEqual([]);
  expect(detail()).toMatchObject({ stops: 1, source: { differing: null, problems: ["PostgreSQL: gone"] } });
  away = false;
  await looks(1);
  expect(detail()["source"]).toMatchObject({ problems: [] });
});

test("before Connect's first snapshot the topic is empty: that is given longer, and not for ever", async () => {
  table.set(1, row(1, "A"));
  await looks(7);
  expect(written()).toEqual([]);
  await looks(3);
  expect(corrections()).toEqual([[1, "A"]]);
});

test("a lost replication slot is a problem that the probe names", async () => {
  slots = [
    {
      name: "s",
      active: false,
      lost: true,
      cause: "wal_removed",
      retainedBytes: null,
      lagBytes: null,
      headroomBytes: null,
    },
  ];
  await looks(1);
  expect(detail()["source"]).toMatchObject({
    problems: [expect.stringContaining("s is lost (wal_removed)")],
  });
});
