import avro, { type Schema } from "avsc";
import { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { type Logger, silentLogger } from "../../infra/runtime/logger.ts";
import { avroCodec, avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { memoryRegistry } from "../../infra/runtime/registry/testing/memory.ts";
import type { RunningService } from "../../infra/runtime/service/service-set.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";
import { stationTopic, topicNames } from "../../schemas/topics.ts";
import { startDedup } from "./dedup.ts";
import { batch, rawWriter, run } from "./testing/raw.ts";

const topics = topicNames("t.");
const STATION = 40380;
const TURNSTILE = "40380-T1";
const SENSOR = "40380-blue-A1";

let kafka: ReturnType<typeof memoryKafka>;
let registry: ReturnType<typeof memoryRegistry>;
let running: RunningService[];
let metrics: Registry;

beforeEach(() => {
  kafka = memoryKafka(() => 5_000_000);
  registry = memoryRegistry();
  running = [];
});
afterEach(async () => {
  for (const role of running) await role.stop();
});

async function start(perStation = true, logger: Logger = silentLogger): Promise<RunningService> {
  metrics = new Registry();
  const role = await startDedup({
    kafka,
    registry,
    prefix: "t.",
    perStation,
    logger,
    metrics,
    clock: new ManualClock(6_000_000),
  });
  running.push(role);
  return role;
}

/** Write batches, and wait until all before the last raw record are processed. */
async function feed(...batches: readonly ReadingBatch[]): Promise<void> {
  const raw = await rawWriter(registry, topics, 2);
  kafka.append(batches.map(raw));
  await settled();
}

async function settled(): Promise<void> {
  for (let quiet = 0, before = -1; quiet < 3; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = (await state())?.entries ?? 0;
    quiet = now === before ? quiet + 1 : 0;
    before = now;
  }
}

const decoded = async <T>(record: InRecord | undefined): Promise<T> =>
  JSON.parse(JSON.stringify(await avroDecoder(registry).decode(record?.value ?? Buffer.alloc(0)))) as T;

async function state(): Promise<DedupState | undefined> {
  const last = kafka
    .records(topics.dedupState)
    .filter((record) => !record.key?.toString("latin1").startsWith("\0offset"))
    .at(-1);
  return last ? decoded<DedupState>(last) : undefined;
}

const numbered = (topic: string): string[] =>
  kafka.records(topic).map((r) => (r.headers["reading"] ?? "").split(";").slice(0, 3).join(";"));

test("each reading becomes one clean record of the agreed value, headers and partition", async () => {
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 2), run(SENSOR, 8, 1, 1)));
  const [entry, second] = kafka.records(topics.turnstiles);
  expect(await decoded(entry)).toEqual({ station_id: STATION, station_name: "Clark/Lake", line: "blue" });
  expect(entry?.headers).toEqual({
    reading: "40380-T1;7;1;1",
    times: "1000001;2000001;3000001;4000000;6000000",
  });
  expect(second?.headers["reading"]).toBe("40380-T1;7;2;2");
  expect(await decoded(kafka.records(topics.arrivals)[0])).toEqual({
    station_id: STATION,
    train_id: "BL001",
    direction: "a",
    line: "blue",
    train_status: "in_service",
    prev_station_id: null,
    prev_direction: null,
  });
  // 4038 is even.
  expect(new Set(kafka.records(topics.turnstiles).map((r) => r.partition))).toEqual(new Set([0]));
});

test("a copy goes to the station's own topic, unless that is switched off", async () => {
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  const own = kafka.records(stationTopic("turnstiles", STATION, "t."));
  expect(own.map((r) => r.value)).toEqual(kafka.records(topics.turnstiles).map((r) => r.value));
  expect(own.map((r) => r.headers)).toEqual(kafka.records(topics.turnstiles).map((r) => r.headers));
});

test("without copies there are no topics per station", async () => {
  await start(false);
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  const admin = await kafka.admin();
  expect((await admin.listTopics()).filter((topic) => topic.includes(".station."))).toEqual([]);
  expect(numbered(topics.turnstiles)).toHaveLength(3);
});

test("a station's topic that somebody deletes is made again, and nothing waits for a start", async () => {
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  const own = stationTopic("turnstiles", STATION, "t.");
  await (await kafka.admin()).deleteTopics([own]);
  await feed(batch(STATION, run(TURNSTILE, 7, 4, 5)));
  // The first try finds the topic gone; the second is another life of the task.
  for (let turn = 0; turn < 200 && numbered(topics.turnstiles).length < 5; turn++) await settled();
  expect(numbered(topics.turnstiles)).toEqual([1, 2, 3, 4, 5].map((seq) => `${TURNSTILE};7;${seq}`));
  expect(numbered(own)).toEqual([4, 5].map((seq) => `${TURNSTILE};7;${seq}`));
});

test("what comes twice, in part, late or out of order is written once", async () => {
  await start();
  await feed(
    batch(STATION, run(TURNSTILE, 7, 1, 3)),
    batch(STATION, run(TURNSTILE, 7, 2, 5)),
    batch(STATION, run(TURNSTILE, 7, 9, 9)),
    batch(STATION, run(TURNSTILE, 6, 1, 2)),
    batch(STATION, run(TURNSTILE, 7, 1, 9)),
  );
  expect(numbered(topics.turnstiles)).toEqual(
    ["7;1", "7;2", "7;3", "7;4", "7;5", "7;9", "6;1", "6;2", "7;6", "7;7", "7;8"].map(
      (n) => `${TURNSTILE};${n}`,
    ),
  );
  expect(await state()).toMatchObject({
    entries: 11,
    arrivals: 0,
    service_time: 1_000_009,
    boots: [
      { device_id: TURNSTILE, boot_id: 7, ranges: [{ from: 1, to: 9 }], duplicates: 8, total: 9 },
      { device_id: TURNSTILE, boot_id: 6, ranges: [{ from: 1, to: 2 }], duplicates: 0, total: 2 },
    ],
  });
});

test("a gap stays open, and is closed by what fills it", async () => {
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 2)), batch(STATION, run(TURNSTILE, 7, 5, 6)));
  expect((await state())?.boots[0]?.ranges).toEqual([
    { from: 1, to: 2 },
    { from: 5, to: 6 },
  ]);
  await feed(batch(STATION, run(TURNSTILE, 7, 3, 4)));
  expect((await state())?.boots[0]?.ranges).toEqual([{ from: 1, to: 6 }]);
});

test("another instance goes on where the first stopped", async () => {
  const first = await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  await first.stop();
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 4)));
  expect(numbered(topics.turnstiles)).toEqual(["1", "2", "3", "4"].map((n) => `${TURNSTILE};7;${n}`));
});

test("what cannot be decoded or counted is a dead letter, and what follows is counted", async () => {
  const role = await start();
  const raw = await rawWriter(registry, topics, 2);
  const good = batch(STATION, run(TURNSTILE, 7, 1, 1));
  kafka.append([
    { ...raw(good), value: Buffer.from("rubbish") },
    { ...raw(good), value: null },
    { ...raw(batch(STATION)), partition: 1 },
    raw(batch(99990, run("99990-T1", 1, 1, 1))),
    raw(batch(STATION, run("41660-T1", 1, 1, 1))),
  ]);
  await feed(good);
  expect(numbered(topics.turnstiles)).toEqual([`${TURNSTILE};7;1`]);
  const letters = await Promise.all(
    kafka.records(topics.deadLetter).map((r) => decoded<{ code: string; where: string }>(r)),
  );
  expect(letters.map((l) => l.code).sort()).toEqual([
    "AVRO_INVALID",
    "AVRO_INVALID",
    "BATCH_INVALID",
    "BATCH_INVALID",
    "BATCH_INVALID",
  ]);
  expect(letters.every((l) => l.where === "dedup")).toBe(true);
  expect(role.probe?.().detail).toMatchObject({ readings: 1, deadLetters: 5 });
});

test("a raw record that claims a thousand million runs costs nothing, and is a dead letter", async () => {
  await start();
  const raw = await rawWriter(registry, topics, 2);
  const good = batch(STATION, run(TURNSTILE, 7, 1, 1));
  const frame = raw(good).value?.subarray(0, 5) ?? Buffer.alloc(0);
  // Station, agent's boot and batch's number, then the count of the array's first block: 2^30 as a zigzag varint.
  const claim = Buffer.from([0x00, 0x02, 0x02, 0x80, 0x80, 0x80, 0x80, 0x08]);
  kafka.append([{ ...raw(good), value: Buffer.concat([frame, claim]) }]);
  await feed(good);
  expect(numbered(topics.turnstiles)).toEqual([`${TURNSTILE};7;1`]);
  expect(kafka.records(topics.deadLetter)).toHaveLength(1);
});

test("readings that cannot become clean records are known lost, not waited for", async () => {
  await start();
  const wrongKind = { ...run(SENSOR, 8, 1, 2), deviceId: TURNSTILE, bootId: 7 };
  await feed(batch(STATION, wrongKind), batch(STATION, run(TURNSTILE, 7, 3, 3)));
  expect(await state()).toMatchObject({
    entries: 1,
    boots: [{ ranges: [{ from: 3, to: 3 }], lost: [{ from: 1, to: 2 }] }],
  });
});

test("a registry that was set up again does not make old records unreadable", async () => {
  await start();
  const raw = await rawWriter(registry, topics, 2);
  const record = raw(batch(STATION, run(TURNSTILE, 7, 1, 1)));
  const unknownId = Buffer.from(record.value ?? Buffer.alloc(5));
  unknownId.writeInt32BE(4711, 1);
  const othersId = Buffer.from(unknownId);
  othersId.writeInt32BE(await registry.register("other", "string"), 1);
  kafka.append([
    { ...record, value: unknownId },
    { ...raw(batch(STATION, run(TURNSTILE, 7, 2, 2))), value: othersId },
  ]);
  await feed(batch(STATION, run(TURNSTILE, 7, 3, 3)));
  expect(numbered(topics.turnstiles)).toEqual([`${TURNSTILE};7;1`, `${TURNSTILE};7;3`]);
  expect(kafka.records(topics.deadLetter)).toEqual([]);
});

test.each([
  ["knows nothing of the old ids", () => memoryRegistry(4711)],
  ["gives the old ids to others", () => memoryRegistry()],
])("a registry that was set up again and %s does not make the counts unreadable", async (_, another) => {
  const first = await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  await first.stop();
  registry = another();
  for (let n = 0; n < 20; n++) {
    await registry.register(`foreign-${n}`, { type: "record", name: `Foreign${n}`, fields: [] });
  }
  await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 4)));
  expect(numbered(topics.turnstiles)).toEqual(["1", "2", "3", "4"].map((n) => `${TURNSTILE};7;${n}`));
  expect(await state()).toMatchObject({ entries: 4 });
});

test("refuses to start when the raw topic has other partitions than its state", async () => {
  const admin = await kafka.admin();
  await admin.ensureTopics([
    { topic: topics.dedupState, partitions: 2 },
    { topic: topics.raw, partitions: 3 },
  ]);
  await expect(start()).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
});

test("a process that was held up while the number of partitions changed ends, and counts nothing by the old one", async () => {
  const role = await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 2)));
  const admin = await kafka.admin();
  const own = [topics.deadLetter, topics.arrivals, topics.turnstiles, topics.dedupState, topics.raw];
  await admin.growTopics(own.map((topic) => ({ topic, partitions: 6 })));
  await admin.fence([0, 1].map((partition) => `t.dedup-${topics.raw}-${partition}`));
  kafka.append([(await rawWriter(registry, topics, 2))(batch(STATION, run(TURNSTILE, 7, 3, 4)))]);
  await expect(role.failed).rejects.toMatchObject({ code: "KAFKA_TOPIC_MISMATCH" });
  expect(numbered(topics.turnstiles)).toHaveLength(2);
  expect(kafka.records(topics.deadLetter)).toEqual([]);
});

test("a state topic that takes too little is named at the start, with what to do", async () => {
  const admin = await kafka.admin();
  const config = { "max.message.bytes": "100000" };
  await admin.ensureTopics([{ topic: topics.dedupState, partitions: 2, config }]);
  const warnings: string[] = [];
  const warn = (_: object, text: string): void => void warnings.push(text);
  await start(true, Object.assign(Object.create(silentLogger) as Logger, { warn }));
  expect(warnings).toEqual([expect.stringContaining("npm run bootstrap")]);
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 2)));
  expect((await state())?.entries).toBe(2);
});

test("delays tell how late a reading became countable: once per raw record, of what was new in it", async () => {
  await start();
  // Made at 2,000,000 + seq, taken by the gateway at 4,000,000, committed at 6,000,000.
  await feed(batch(STATION, run(TURNSTILE, 1, 1, 3)), batch(STATION, run(TURNSTILE, 1, 1, 3)));
  await feed(batch(STATION, run(TURNSTILE, 1, 3, 5), run(SENSOR, 1, 2, 2)));
  const figure = async (name: string): Promise<number> =>
    Number(new RegExp(`^dedup_${name} (.*)$`, "m").exec(await metrics.metrics())?.[1]);
  expect(await figure("gateway_delay_seconds_count")).toBe(2);
  expect(await figure("gateway_delay_seconds_sum")).toBe(4_000);
  expect(await figure("device_delay_seconds_sum")).toBeCloseTo(3_999.999 + 3_999.998, 6);
});

describe("a device that boots over and over", () => {
  const boots = (from: number, to: number): ReadingBatch[] =>
    Array.from({ length: Math.ceil((to - from + 1) / 100) }, (_, i) => {
      const first = from + 100 * i;
      const runs = Array.from({ length: Math.min(100, to - first + 1) }, (_, n) =>
        run(TURNSTILE, first + n, 1, 2),
      );
      return batch(STATION, ...runs);
    });
  /** The state topic's own records, newest of each key. */
  const newest = async (): Promise<DedupState[]> => {
    const byKey = new Map<string, InRecord>();
    for (const record of kafka.records(topics.dedupState)) {
      const key = record.key?.toString("hex") ?? "";
      if (!record.key?.toString("latin1").startsWith("\0offset")) byKey.set(key, record);
    }
    return Promise.all(
      [...byKey.values()].filter(({ value }) => value).map((record) => decoded<DedupState>(record)),
    );
  };

  test("keeps its station's record small; each reading is counted once, also by the next instance", async () => {
    const first = await start(false);
    await feed(...boots(1, 500));
    await first.stop();
    const states = await newest();
    expect(states.filter(({ page }) => page === 0)).toMatchObject([{ entries: 1_000 }]);
    expect(states.filter(({ page }) => page !== 0)).toHaveLength(3);
    expect(Math.max(...kafka.records(topics.dedupState).map(({ value }) => value?.length ?? 0))).toBeLessThan(
      8_192,
    );
    const second = await start(false);
    await feed(...boots(1, 500), batch(STATION, run(TURNSTILE, 3, 1, 3)));
    expect(numbered(topics.turnstiles)).toHaveLength(1_001);
    expect(numbered(topics.turnstiles).at(-1)).toBe(`${TURNSTILE};3;3`);
    await second.stop();
    await start(false);
    await feed(batch(STATION, run(TURNSTILE, 3, 1, 3), run(TURNSTILE, 501, 1, 1)));
    expect(numbered(topics.turnstiles)).toHaveLength(1_002);
    expect(await metrics.metrics()).toMatch(/^dedup_boot_pages\{partition="0"\} 3$/m);
  });

  test("whose oldest boots are no more than a sum: what still comes of them is a dead letter that names it", async () => {
    const first = await start(false);
    await feed(batch(STATION, run(TURNSTILE, 900, 1, 3)));
    await first.stop();
    const sums = { boots: 5, accepted: 40, lost: 0, duplicates: 0, refused: 0 };
    const older = [{ device_id: TURNSTILE, ...sums, closed: [{ from: 4, to: 8 }] }];
    const codec = await avroCodec<DedupState>(registry, `${topics.dedupState}-value`, "dedup-state");
    const last = await state();
    if (!last) throw new Error("nothing was counted");
    const key = kafka.records(topics.dedupState)[0]?.key ?? null;
    const value = codec.encode({ ...last, entries: 43, older });
    kafka.append([{ topic: topics.dedupState, partition: 0, key, value }]);
    await start(false);
    await feed(batch(STATION, run(TURNSTILE, 5, 1, 7), run(TURNSTILE, 9, 1, 2)));
    const [letter] = kafka.records(topics.deadLetter);
    expect(await decoded(letter)).toMatchObject({ code: "BOOT_CLOSED", where: "dedup" });
    expect(letter?.headers).toEqual({ lost: `${TURNSTILE};5;1;7` });
    expect(numbered(topics.turnstiles)).toHaveLength(5);
    expect(await state()).toMatchObject({ entries: 45, older });
  });
});

test("a state of before boots had pages is read, also where the registry was set up again", async () => {
  const first = await start();
  await feed(batch(STATION, run(TURNSTILE, 7, 1, 3)));
  await first.stop();
  const schema = schemaJson("dedup-state") as { fields: { name: string }[] };
  const fields = schema.fields.filter(({ name }) => !["page", "next_page", "older"].includes(name));
  const before = avro.Type.forSchema({ ...schema, fields } as Schema, { wrapUnions: false });
  const last = await state();
  const key = kafka.records(topics.dedupState)[0]?.key ?? null;
  for (const id of [4711, 7]) {
    const header = Buffer.alloc(5);
    header.writeInt32BE(id, 1);
    kafka.append([
      { topic: topics.dedupState, partition: 0, key, value: Buffer.concat([header, before.toBuffer(last)]) },
    ]);
    const next = await start();
    await feed(batch(STATION, run(TURNSTILE, 7, 1, 4)));
    await next.stop();
    expect(numbered(topics.turnstiles).slice(0, 4)).toEqual(
      ["1", "2", "3", "4"].map((n) => `${TURNSTILE};7;${n}`),
    );
    expect((await state())?.entries).toBe(4);
  }
});
