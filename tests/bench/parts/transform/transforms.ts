import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { createKafka } from "../../../../infra/runtime/kafka/kafka.ts";
import type { Kafka, TopicSpec } from "../../../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { createRegistryClient } from "../../../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../../../infra/runtime/registry/codec.ts";
import type { AvroDecoder, RegistryClient } from "../../../../infra/runtime/registry/ports.ts";
import type { Endpoints } from "../../../../infra/runtime/service/endpoints.ts";
import { topicNames } from "../../../../schemas/topics.ts";
import type { Figures } from "../../harness.ts";
import { faustRow, type Job, startFaust } from "./faust.ts";
import { fillEntries, fillRows, PARTITIONS, roundsOf, STATION_ROWS } from "./input.ts";
import {
  ksqlRow,
  startCounting,
  startKsqlProgram,
  startStationsProgram,
  tableRow,
  whenRestored,
} from "./ours.ts";
import { type ExpectedOutput, type Outcome, outcomeOf, sameRows } from "./outputs.ts";
import type { Program } from "./program.ts";

/** What each job is given. */
export const ROWS = 100_000;
export const ENTRIES = 100_000;
const STATIONS = 10_000;
/** For the count alone, which is through the others in a second. */
const MORE_ENTRIES = 1_000_000;
export const KEYS = 1_000_000;

const ROW_TOPIC = topicNames("bench.").connectStations;
const ENTRY_TOPIC = "bench.entries";
const MORE_TOPIC = "bench.more";
const KEY_TOPIC = "bench.keys";

/** The contenders over one broker; what ours and theirs make of the same input must be the same. */
export class Transforms {
  readonly #addresses: Endpoints;
  readonly #python: string;
  readonly #kafka: Kafka;
  readonly #registry: RegistryClient;
  readonly #decoder: AvroDecoder;
  readonly #outputs = new Map<Job, Outcome["rows"]>();
  readonly #stateFolder = mkdtempSync(join(tmpdir(), "elevated-bench-ksql-"));
  /** The service whose table has all keys. */
  #countedKeys = "";
  #runs = 0;
  readonly #filled = new Set<string>();

  constructor(addresses: Endpoints, python: string) {
    const around = { logger: silentLogger, clock: systemClock };
    this.#addresses = addresses;
    this.#python = python;
    this.#kafka = createKafka({ brokers: addresses.KAFKA_BROKERS.split(","), clientId: "bench", ...around });
    this.#registry = createRegistryClient({ url: addresses.SCHEMA_REGISTRY_URL, ...around });
    this.#decoder = avroDecoder(this.#registry);
  }

  async fill(): Promise<void> {
    await fillRows(this.#kafka, ROW_TOPIC, ROWS);
    await fillEntries(this.#kafka, this.#registry, ENTRY_TOPIC, ENTRIES, STATIONS);
  }

  /** The role keeps its place under its prefix: each run has its own, and the same rows there. */
  async stations(): Promise<Figures> {
    const prefix = `bench${++this.#runs}.`;
    const topics = topicNames(prefix);
    await fillRows(this.#kafka, topics.connectStations, ROWS);
    await this.#made([{ topic: topics.stationsTable, partitions: 1 }]);
    return this.#measured("stations", startStationsProgram(this.#addresses, prefix), {
      ...this.#expected("stations", topics.stationsTable),
      read: (record) => tableRow(this.#decoder, record),
    });
  }

  count(): Promise<Figures> {
    return this.#count(ENTRY_TOPIC, ENTRIES);
  }

  async countMore(): Promise<Figures> {
    if (!this.#filled.has(MORE_TOPIC)) {
      this.#filled.add(MORE_TOPIC);
      await fillEntries(this.#kafka, this.#registry, MORE_TOPIC, MORE_ENTRIES, STATIONS);
    }
    return this.#count(MORE_TOPIC, MORE_ENTRIES);
  }

  async #count(input: string, records: number): Promise<Figures> {
    const run = ++this.#runs;
    const topic = `bench.summary.${run}`;
    await this.#made([{ topic, partitions: PARTITIONS }]);
    const service = `bench-${run}_`;
    if (input === KEY_TOPIC) this.#countedKeys = service;
    const program = await startKsqlProgram(this.#addresses, service, this.#stateFolder);
    await startCounting(program.url, input, topic);
    return this.#measured(input === ENTRY_TOPIC ? "count" : undefined, program, {
      topic,
      records,
      progress: records,
      read: (record) => ksqlRow(this.#decoder, record),
    });
  }

  async faust(job: Job): Promise<Figures> {
    const app = `faust-${++this.#runs}`;
    const [input, partitions] = job === "stations" ? [ROW_TOPIC, 1] : [ENTRY_TOPIC, PARTITIONS];
    const topic = `${app}-table-changelog`;
    await this.#made([{ topic, partitions }]);
    const brokers = this.#addresses.KAFKA_BROKERS;
    return this.#measured(job, startFaust(this.#python, job, app, { brokers, input, partitions }), {
      ...this.#expected(job, topic),
      read: (record) => faustRow(job, record),
    });
  }

  /** As many groups as entries, of which few fit in the server's memory. */
  async countKeys(): Promise<Figures> {
    if (!this.#filled.has(KEY_TOPIC)) {
      this.#filled.add(KEY_TOPIC);
      await fillEntries(this.#kafka, this.#registry, KEY_TOPIC, KEYS, KEYS);
    }
    return this.#count(KEY_TOPIC, KEYS);
  }

  /** The server that counted so many keys and was killed: until it answers a pull query again. */
  async restart(): Promise<Figures> {
    if (!this.#countedKeys) await this.countKeys();
    const began = performance.now();
    const program = await startKsqlProgram(this.#addresses, this.#countedKeys, this.#stateFolder);
    try {
      await Promise.race([program.failed, whenRestored(program.url, KEYS - 1)]);
      const seconds = (performance.now() - began) / 1_000;
      return {
        "restored and answering, s": seconds,
        "memory (PSS), MB": program.memory() / 1e6,
        "of it in no file, MB": program.memory("Pss_Anon") / 1e6,
      };
    } finally {
      await program.kill();
    }
  }

  close(): void {
    rmSync(this.#stateFolder, { recursive: true, force: true });
  }

  #expected(job: Job, topic: string): Omit<ExpectedOutput, "read"> {
    return job === "stations"
      ? { topic, records: ROWS, progress: STATION_ROWS * roundsOf(ROWS) }
      : { topic, records: ENTRIES, progress: ENTRIES };
  }

  /** @param job - of which another contender's output is or will be known. */
  async #measured(job: Job | undefined, program: Program, expected: ExpectedOutput): Promise<Figures> {
    try {
      const { perSecond, rows } = await outcomeOf(this.#kafka, expected, program.failed);
      if (job) this.#compare(job, rows);
      return {
        "records/s": perSecond,
        "records/s of processor": expected.records / program.processorSeconds(),
      };
    } finally {
      await program.kill();
    }
  }

  #compare(job: Job, rows: Outcome["rows"]): void {
    const other = this.#outputs.get(job);
    if (other) sameRows(`two outputs of ${job}`, rows, other);
    this.#outputs.set(job, rows);
  }

  async #made(topics: readonly TopicSpec[]): Promise<void> {
    const admin = await this.#kafka.admin();
    await admin.ensureTopics(topics.map((spec) => ({ ...spec, config: { "cleanup.policy": "compact" } })));
    await admin.close();
  }
}
