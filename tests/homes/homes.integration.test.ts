import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../edge/outbox/journal.ts";
import { openOutbox } from "../../edge/outbox/open.ts";
import { hello } from "../../edge/outbox/outbox.contract.ts";
import { FileRingStorage } from "../../firmware-sim/device/file-ring-storage.ts";
import { IdentityFile } from "../../firmware-sim/device/identity-file.ts";
import { Ring } from "../../firmware-sim/device/ring.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { AUDIT_KEYS, type Verdict } from "../../schemas/audit.ts";
import type { ReadingBatch, Run } from "../../schemas/readings.ts";
import type { DeviceState } from "../../schemas/states.ts";
import { HEADERS, topicNames } from "../../schemas/topics.ts";
import { findingsIn } from "../proof/world/findings.ts";
import { type MemoryWorld, memoryWorld } from "../proof/world/memory-world.ts";
import { Pipeline } from "../proof/world/pipeline.ts";

/** What is known of each home from the day when it was made. */
const HOMES = [
  {
    home: "2026-11-26",
    /** 40380-T1 was started again after nine readings. */
    boots: { first: 1795965830, second: 1795965851 },
    clean: { turnstiles: 18, arrivals: 2 },
    waiting: { "40380-T1": 4, "41400-T1": 3 },
  },
] as const;

interface StoredRecord {
  readonly topic: string;
  readonly partition: number;
  readonly timestamp: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const topics = topicNames("");
const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, "base64"));

describe.each(HOMES)("a home of $home", ({ home, boots, clean, waiting }) => {
  const files = join(import.meta.dirname, home);
  let folder: string;
  let outbox: Journal;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "home-"));
    mkdirSync(join(folder, "outbox"));
    writeFileSync(join(folder, "outbox", "data.mdb"), gunzipSync(readFileSync(join(files, "outbox.mdb.gz"))));
    outbox = openOutbox({
      ...{ folder: join(folder, "outbox"), limitBytes: 2 ** 26 },
      ...{ clock: systemClock, logger: silentLogger },
    });
  });
  afterEach(async () => {
    await outbox.close();
    rmSync(folder, { recursive: true });
  });

  /** Topics and registry as they were. */
  async function kafkaOf(world: MemoryWorld): Promise<void> {
    const lines = gunzipSync(readFileSync(join(files, "records.jsonl.gz")))
      .toString()
      .trim()
      .split("\n");
    const records = lines.map((line) => JSON.parse(line) as StoredRecord);
    const schemas = records
      .filter(({ topic }) => topic === "_schemas")
      .map(({ value }) => JSON.parse(bytes(value)?.toString() ?? "") as StoredSchema);
    for (const { subject, id, schema } of schemas) {
      expect(await world.registries.stages.register(subject, JSON.parse(schema))).toBe(id);
    }
    const kept = records.filter(({ topic }) => topic !== "_schemas");
    const admin = await world.kafka.admin();
    const partitionsOf = new Map(kept.map(({ topic }) => [topic, topic.includes(".station.") ? 1 : 2]));
    for (const topic of [topics.connectStations, topics.stationsState, topics.stationsTable])
      partitionsOf.set(topic, 1);
    await admin.ensureTopics([...partitionsOf].map(([topic, partitions]) => ({ topic, partitions })));
    world.kafka.append(
      kept.map(({ topic, partition, key, value, headers }) => ({
        ...{ topic, partition, key: bytes(key), value: bytes(value), headers: headers ?? {} },
      })),
    );
  }

  /** What the agents publish of what waited, as one batch of each device. */
  function batches(): readonly ReadingBatch[] {
    return Object.keys(waiting).map((deviceId, i) => {
      const [first, ...more] = outbox.peek(deviceId, 1, 1_000).map(({ reading }) => reading);
      if (!first) throw new Error(`nothing waits of ${deviceId}`);
      const run: Run = {
        ...{ deviceId, bootId: first.bootId, firstSeq: first.seq },
        readings: [first, ...more],
      };
      return { stationId: Number(deviceId.slice(0, 5)), agentBoot: 1, batchId: i + 1, runs: [run] };
    });
  }

  test("the outbox: what waits waits, what was counted is counted, and its devices go on", async () => {
    for (const [deviceId, count] of Object.entries(waiting))
      expect({ deviceId, waiting: outbox.peek(deviceId, 1, 1_000).length }).toEqual({
        deviceId,
        waiting: count,
      });
    const numbers = { numbered: 18, happened: 18, stored: 18, published: 14, quarantined: 0, forgotten: 0 };
    expect(outbox.ledger("40380-T1")).toMatchObject(numbers);
    const said = {
      ...{ deviceId: "40380-T1", bootId: boots.second, memoryBootId: boots.first },
      ...{ priorNumbered: 9, priorHappened: 9, seq: 9, total: 9, pending: [] },
    };
    await outbox.adopt("40380-T1", hello(said));
    expect(outbox.ledger("40380-T1")).toMatchObject({ ...numbers, losses: [], erased: 0 });
  });

  test("the device's memory: its boot, its numbers, and that nothing waits", () => {
    const path = join(folder, "40380-T1.ring");
    copyFileSync(join(files, "40380-T1.ring"), path);
    const store = new FileRingStorage(path);
    const ring = new Ring(store);
    expect(ring.counters).toEqual({ bootId: boots.second, seq: 9, total: 9 });
    expect(ring.waiting).toBe(0);
    store.close();
    expect(new IdentityFile(join(files, "identities.json")).get("40380-T1")).toEqual({
      ...{ bootId: boots.second, memoryBootId: boots.first, priorNumbered: 9, priorHappened: 9 },
      // That version kept no nonces.
      ...{ bootNonce: 0, earlierNonces: [] },
    });
  });

  test("dedup goes on: what was counted stays counted, what waited counts once, and the proof holds", async () => {
    const world = await memoryWorld();
    await kafkaOf(world);
    const raw = world.kafka.records(topics.raw);
    const { kafka, registries, clock, prefix } = world;
    const pipeline = await Pipeline.open({ kafka, registries, clock, prefix, perStation: true });
    await pipeline.start();
    await world.pass(5_000);
    const counts = () => ({
      turnstiles: kafka.records(topics.turnstiles).length,
      arrivals: kafka.records(topics.arrivals).length,
    });
    expect(counts()).toEqual(clean);
    // All that the raw topic has comes again, as after the loss of many PUBACKs.
    kafka.append(
      raw.map(({ topic, partition, key, value, headers }) => ({ topic, partition, key, value, headers })),
    );
    await world.pass(5_000);
    expect(counts()).toEqual(clean);
    const sent = batches().map((batch) => pipeline.wire.raw(batch, clock.now()));
    await pipeline.producer.send([...sent, ...sent]);
    await world.pass(5_000);
    const arrived = Object.values(waiting).reduce((sum, count) => sum + count, 0);
    expect(counts()).toEqual({ ...clean, turnstiles: clean.turnstiles + arrived });
    const names = kafka.records(topics.turnstiles).map(({ headers }) => headers[HEADERS.reading]);
    expect(new Set(names).size).toBe(names.length);
    const sums = kafka.records(topics.turnstileSummary);
    const newest = new Map(sums.map((row) => [pipeline.wire.stationKeyOf(row), pipeline.wire.countOf(row)]));
    expect(Object.fromEntries(newest)).toEqual({ 40380: 18, 41400: 7 });
    await world.pass(60_000);
    expect(await findingsIn(kafka, topics.audit)).toEqual([]);
    const verdicts = kafka
      .records(topics.audit)
      .flatMap(({ key, value }) =>
        key?.toString() === AUDIT_KEYS.verdict && value ? [JSON.parse(value.toString()) as Verdict] : [],
      );
    expect(verdicts.at(-1)?.turnstiles).toMatchObject({
      clean: 25,
      summed: 25,
      unexplained: 0,
      miscounted: 0,
    });
    await pipeline.close();
  });

  test("states of devices and agents are read, with what has come since left empty", async () => {
    const world = await memoryWorld();
    await kafkaOf(world);
    const { decode } = avroDecoder(world.registries.stages);
    const states = await Promise.all(
      world.kafka
        .records(topics.devices)
        .map(async ({ value }) => (await decode(value as Buffer)) as DeviceState),
    );
    const turnstile = states.findLast(({ id }) => id === "40380-T1");
    expect(turnstile?.positions).toMatchObject({ memoryBootId: boots.first, published: 14 });
    expect(turnstile?.order.generation ?? 0).toBe(0);
  });
});

interface StoredSchema {
  readonly subject: string;
  readonly id: number;
  readonly schema: string;
}
