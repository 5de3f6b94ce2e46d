import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test, vi } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { InRecord, OutRecord, Producer } from "../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import { stationTopic, type Topics, topicNames } from "../../schemas/topics.ts";
import { batch, rawWriter, run } from "./testing/raw.ts";
import { registryServer } from "./testing/registry-server.ts";
import { prepareTopics } from "./topics.ts";

const CLARK = 40380;
const WASHINGTON = 40370;

/** A dedup of its own topics: the processes, the raw topic's writer, and what they wrote. */
class Bench {
  readonly prefix = `dedup-${randomUUID()}.`;
  readonly topics: Topics = topicNames(this.prefix);
  readonly kafka = createKafka({
    brokers: [inject("kafka")],
    clientId: "dedup-test",
    logger: silentLogger,
    clock: systemClock,
  });
  readonly clean: InRecord[] = [];
  readonly #close: (() => Promise<void>)[] = [];
  #producer: Producer | undefined;
  #raw: ((batch: ReadingBatch) => OutRecord) | undefined;
  #registryUrl = "";

  async open(): Promise<void> {
    const { url, registry, close } = await registryServer();
    this.#registryUrl = url;
    this.#close.push(close);
    const admin = await this.kafka.admin();
    await prepareTopics(admin, this.topics);
    await admin.close();
    this.#raw = await rawWriter(registry, this.topics, 2);
    const producer = await this.kafka.producer();
    this.#producer = producer;
    this.#close.push(() => producer.close());
    const tail = await this.kafka.tail({
      topics: [this.topics.turnstiles, this.topics.arrivals],
      from: "beginning",
      onRecords: (records) => void this.clean.push(...records),
    });
    this.#close.push(() => tail.stop());
  }

  /** Another instance, as its own process; resolves once it said that it is ready. */
  async start(): Promise<ChildProcess> {
    const child = spawn(process.execPath, [join(projectRoot(), "dist/central/main.js"), "dedup"], {
      cwd: projectRoot(),
      env: {
        ...process.env,
        KAFKA_BROKERS: inject("kafka"),
        SCHEMA_REGISTRY_URL: this.#registryUrl,
        TOPIC_PREFIX: this.prefix,
        ELEVATED_PARENT: "pipe",
      },
      stdio: ["pipe", "ignore", "pipe"],
    });
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    this.#close.push(async () => {
      child.kill("SIGKILL");
      await exited;
    });
    let log = "";
    child.stderr?.on("data", (chunk) => {
      log += String(chunk);
    });
    await vi.waitUntil(() => log.includes('"ready"') || child.exitCode !== null, {
      timeout: 30_000,
      interval: 20,
    });
    if (child.exitCode !== null) throw new Error(`dedup ended with ${child.exitCode}: ${log}`);
    return child;
  }

  async write(...batches: readonly ReadingBatch[]): Promise<void> {
    const raw = this.#raw;
    if (raw) await this.#producer?.send(batches.map(raw));
  }

  async writeBytes(stationId: number, value: Buffer): Promise<void> {
    const record = this.#raw?.(batch(stationId));
    if (record) await this.#producer?.send([{ ...record, value }]);
  }

  /** Identities of the clean records, in the order they were read. */
  get seen(): string[] {
    return this.clean.map((record) => (record.headers["reading"] ?? "").split(";").slice(0, 3).join(";"));
  }

  until(count: number): Promise<unknown> {
    return vi.waitUntil(() => this.clean.length >= count, { timeout: 45_000, interval: 20 });
  }

  async close(): Promise<void> {
    for (const close of this.#close.reverse()) await close();
  }
}

function identities(deviceId: string, bootId: number, to: number): string[] {
  return Array.from({ length: to }, (_, i) => `${deviceId};${bootId};${i + 1}`);
}

let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.open();
});
afterEach(() => bench.close());

test("duplicates, gaps, a late old boot, a dead letter and a restart: each reading once", async () => {
  const first = await bench.start();
  await bench.write(
    batch(CLARK, run("40380-T1", 7, 1, 10), run("40380-blue-A1", 3, 1, 2)),
    batch(CLARK, run("40380-T1", 7, 5, 12)),
    batch(WASHINGTON, run("40370-T1", 1, 1, 3)),
  );
  await bench.writeBytes(CLARK, Buffer.from("not Avro"));
  await bench.write(batch(CLARK, run("40380-T1", 6, 1, 2)));
  await bench.until(19);
  first.kill("SIGTERM");
  await vi.waitUntil(() => first.exitCode !== null, { timeout: 15_000, interval: 20 });
  expect(first.exitCode).toBe(0);
  await bench.start();
  await bench.write(batch(CLARK, run("40380-T1", 7, 1, 13)), batch(WASHINGTON, run("40370-T1", 1, 1, 4)));
  await bench.until(21);
  expect(bench.seen.sort()).toEqual(
    [
      ...identities("40380-T1", 7, 13),
      ...identities("40380-blue-A1", 3, 2),
      ...identities("40380-T1", 6, 2),
      ...identities("40370-T1", 1, 4),
    ].sort(),
  );
  const copies = await contentsOf(bench.kafka, [
    stationTopic("turnstiles", CLARK, bench.prefix),
    bench.topics.deadLetter,
  ]);
  expect(copies.filter((r) => r.topic === bench.topics.deadLetter)).toHaveLength(1);
  expect(copies).toHaveLength(1 + 13 + 2);
});
