import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { InRecord, Kafka } from "../../infra/runtime/kafka/ports.ts";
import { contentsOf } from "../../infra/runtime/kafka/testing/contents.ts";
import { type Random, seededRandom } from "../../infra/runtime/random.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { BUILT_IN_LIMITS, topicSettings } from "../../schemas/topic-settings.ts";
import { stationTopic, type Topics, topicNames } from "../../schemas/topics.ts";
import { ReplayingAgent, type ReplayingAgentOptions } from "./replaying-agent.ts";
import { dedupSeat, type GatewaySeat, gatewaySeat, type Seat } from "./seat.ts";
import { type Arrived, cleanReadings, countedEntries, kafkaAt, rawReadings, upTo } from "./topic-contents.ts";
import { dataFolderOf, transactionalProducers } from "./transactional-producers.ts";

/** The first and the last share a partition, the second has the other one. */
export const STATIONS = [40380, 40370, 40900] as const;

/** What may wait for Kafka in a gateway. */
const WAITING_MB = 4;
/**
 * What a process may hold of its own after a fault, bytes. V8 collects late: under this load a gateway's memory saws
 * between 65 and 135 MB, a dedup's between 95 and 175 where it works off a backlog, and a process that falls idle at a peak
 * stays there. What waits on purpose is little beside it: 4 MB in a gateway, a fetch of 1 MB per partition in dedup. A
 * queue that grew with an outage would be beyond this within seconds.
 */
export const MEMORY_BOUND = 224 * 2 ** 20;

export interface PipelineOptions {
  /** `host:port` of a broker. */
  readonly broker: string;
  readonly registryUrl: string;
  /** Of everything that is drawn; printed with a failure. */
  readonly seed: number;
  readonly stations?: readonly number[];
  readonly gateways?: number;
  readonly dedups?: number;
  /** Also the copies per station. */
  readonly perStation?: boolean;
  /** For every process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly agents?: Partial<ReplayingAgentOptions>;
}

/** Gateways, dedups and agents of some stations, as processes and real sockets over a real Kafka, under load. */
export class PipelineUnderLoad {
  readonly prefix = `faults-${randomUUID().slice(0, 8)}.`;
  readonly topics: Topics = topicNames(this.prefix);
  readonly kafka: Kafka;
  readonly random: Random;
  readonly gateways: GatewaySeat[] = [];
  readonly dedups: Seat[] = [];
  readonly agents: readonly ReplayingAgent[];
  readonly #options: PipelineOptions;
  #work: Promise<unknown> | undefined;
  /** Clean records seen so far, per partition. */
  readonly #clean = [0, 0];
  #stopReading: () => Promise<void> = async () => {};

  /** Everything runs, and the load goes through to the clean topics. */
  static async open(options: PipelineOptions): Promise<PipelineUnderLoad> {
    const pipeline = new PipelineUnderLoad(options);
    try {
      await pipeline.#open();
    } catch (error) {
      await pipeline.close();
      throw error;
    }
    return pipeline;
  }

  private constructor(options: PipelineOptions) {
    this.#options = options;
    this.kafka = kafkaAt(options.broker);
    this.random = seededRandom(options.seed, "faults");
    const { stations = STATIONS, seed } = options;
    this.agents = stations.map(
      (stationId, n) =>
        new ReplayingAgent({
          url: () => this.gateway(n).url,
          stationId,
          random: seededRandom(seed, `agent ${stationId}`),
          paceMs: 4,
          ...options.agents,
        }),
    );
  }

  /** The gateway of the n-th agent: of those that run, in turn. */
  gateway(n = 0): GatewaySeat {
    const running = this.gateways.filter((seat) => seat.running);
    const seats = running.length > 0 ? running : this.gateways;
    return seats[n % seats.length] as GatewaySeat;
  }

  /** The first dedup. */
  get dedup(): Seat {
    return this.dedups[0] as Seat;
  }

  async #open(): Promise<void> {
    const { gateways = 1, dedups = 1 } = this.#options;
    await this.#makeTopics();
    await this.#followClean();
    for (let n = 0; n < gateways; n++) await (await this.addGateway()).start();
    for (let n = 0; n < dedups; n++) await (await this.addDedup()).start();
    this.#work = Promise.all(this.agents.map((agent) => agent.run()));
    await this.progress();
  }

  /** A seat for another gateway, not started. */
  async addGateway(env: Readonly<Record<string, string>> = {}): Promise<GatewaySeat> {
    const seat = await gatewaySeat(this.#options.broker, {
      ...this.#env(),
      GATEWAY_PATIENCE_MS: "3000",
      GATEWAY_MAX_WAITING_MB: String(WAITING_MB),
      ...env,
    });
    this.gateways.push(seat);
    return seat;
  }

  /** A seat for another dedup, not started. */
  async addDedup(): Promise<Seat> {
    const perStation = this.#options.perStation === true ? "1" : "0";
    const seat = await dedupSeat(this.#options.broker, {
      ...this.#env(),
      DEDUP_STATION_TOPICS: perStation,
    });
    this.dedups.push(seat);
    return seat;
  }

  #env(): Readonly<Record<string, string>> {
    const { registryUrl, env } = this.#options;
    return { SCHEMA_REGISTRY_URL: registryUrl, TOPIC_PREFIX: this.prefix, ...env };
  }

  /** Since the call every agent has had PUBACKs, and clean records have come in each partition. */
  async progress(): Promise<void> {
    await Promise.all([this.acknowledging(), this.cleaning()]);
  }

  /** Since the call every agent has had PUBACKs. */
  async acknowledging(): Promise<void> {
    const before = this.agents.map((agent) => agent.acknowledged);
    await eventually(
      () => expect(this.agents.every((agent, n) => agent.acknowledged > (before[n] ?? 0) + 10)).toBe(true),
      60_000,
      10,
    );
  }

  /** Since the call clean records have come in each partition. */
  async cleaning(): Promise<void> {
    const before = [...this.#clean];
    await eventually(
      () => expect(this.#clean.every((n, p) => n > (before[p] ?? 0) + 10)).toBe(true),
      60_000,
      5,
    );
  }

  /** Since the call clean records have come in this partition. */
  async cleaningIn(partition: number): Promise<void> {
    const before = this.#clean[partition] ?? 0;
    await eventually(() => expect(this.#clean[partition]).toBeGreaterThan(before), 60_000, 5);
  }

  /** A random moment, up to 100 ms: between two conditions, never instead of one. */
  async someMoment(): Promise<void> {
    await sleep(this.random() * 100);
  }

  /**
   * The load ends, and then: every reading that was numbered has its PUBACK, is in the raw topic, in order at its
   * first appearance, and exactly once in the clean topic, in order; dedup's state says the same; PUBACKs came in
   * order; and no process holds more memory than `MEMORY_BOUND`.
   */
  async settled(): Promise<Settled> {
    for (const agent of this.agents) agent.finish();
    await this.#work;
    await this.#caughtUp();
    const raw = rawReadings(await contentsOf(this.kafka, [this.topics.raw]));
    const clean = cleanReadings(await contentsOf(this.kafka, [this.topics.arrivals, this.topics.turnstiles]));
    const counted = countedEntries(await contentsOf(this.kafka, [this.topics.dedupState]));
    const seed = `seed ${this.#options.seed}`;
    let [readings, appearances] = [0, 0];
    for (const { stationId, deviceIds, acknowledged, overtaken } of this.agents) {
      for (const deviceId of deviceIds) {
        const all = upTo(acknowledged);
        expect(raw.get(deviceId)?.firsts, `${deviceId} in the raw topic, ${seed}`).toEqual(all);
        expect(clean.get(deviceId), `${deviceId} in the clean topic, ${seed}`).toEqual({
          firsts: all,
          all: acknowledged,
        });
        readings += acknowledged;
        appearances += raw.get(deviceId)?.all ?? 0;
      }
      expect(counted.get(stationId), `state of ${stationId}, ${seed}`).toBe(acknowledged * deviceIds.length);
      expect(overtaken, `PUBACKs out of order, ${seed}`).toBe(0);
    }
    if (this.#options.perStation) await this.#expectCopies(clean);
    await this.#expectOneProducerEach();
    await this.#expectMemoryBack();
    return { readings, twice: appearances - readings };
  }

  /** The copies per station are those of the merged topic. */
  async #expectCopies(clean: ReadonlyMap<string, Arrived>): Promise<void> {
    const topics = this.agents.map(({ stationId }) => this.#copyOf(stationId));
    expect(cleanReadings(await contentsOf(this.kafka, topics))).toEqual(clean);
  }

  /** In no partition that is counted has more than one producer ever written transactions (delivery rule 5c). */
  async #expectOneProducerEach(): Promise<void> {
    const folder = await dataFolderOf(this.#options.broker);
    const { partitions } = BUILT_IN_LIMITS;
    const merged = [this.topics.turnstiles, this.topics.dedupState];
    const copies = this.#options.perStation
      ? this.agents.map(({ stationId }) => this.#copyOf(stationId))
      : [];
    const counted = [
      ...merged.flatMap((topic) => Array.from({ length: partitions }, (_, p) => [topic, p] as const)),
      ...copies.map((topic) => [topic, 0] as const),
    ];
    for (const [topic, partition] of counted) {
      const producers = transactionalProducers(folder, topic, partition);
      expect(producers.size, `producers of ${topic}-${partition}`).toBe(1);
    }
  }

  #copyOf(stationId: number): string {
    return stationTopic("turnstiles", stationId, this.prefix);
  }

  /** dedup has worked off the raw topic: whatever is in the clean topic then is all that ever will be. */
  async #caughtUp(): Promise<void> {
    const admin = await this.kafka.admin();
    try {
      const ends = await admin.endOffsets(this.topics.raw);
      await eventually(
        async () =>
          expect(await admin.committedOffsets(`${this.prefix}dedup`, this.topics.raw)).toEqual(ends),
        60_000,
        20,
      );
    } finally {
      await admin.close();
    }
  }

  async #expectMemoryBack(): Promise<void> {
    for (const seat of [...this.gateways, ...this.dedups].filter(({ running }) => running)) {
      await eventually(() => expect(seat.memory).toBeLessThan(MEMORY_BOUND), 15_000, 200);
    }
  }

  async #makeTopics(): Promise<void> {
    const { raw, devices, deadLetter, arrivals, turnstiles, dedupState } = this.topics;
    const own = [raw, devices, deadLetter, arrivals, turnstiles, dedupState];
    const admin = await this.kafka.admin();
    await admin.ensureTopics(
      topicSettings(this.topics, BUILT_IN_LIMITS).filter(({ topic }) => own.includes(topic)),
    );
    await admin.close();
  }

  async #followClean(): Promise<void> {
    const tail = await this.kafka.tail({
      topics: [this.topics.arrivals, this.topics.turnstiles],
      from: "beginning",
      onRecords: (records: readonly InRecord[]) => {
        for (const { partition } of records) this.#clean[partition] = (this.#clean[partition] ?? 0) + 1;
      },
    });
    this.#stopReading = () => tail.stop();
  }

  /** Everything ends, however it went. */
  async close(): Promise<void> {
    for (const agent of this.agents) agent.stop();
    await Promise.all([...this.gateways, ...this.dedups].map((seat) => seat.close()));
    await this.#work;
    await this.#stopReading();
    const admin = await this.kafka.admin();
    const topics = await admin.listTopics();
    await admin.deleteTopics(topics.filter((topic) => topic.startsWith(this.prefix)));
    await admin.close();
  }
}

/** What there was in the end. */
export interface Settled {
  readonly readings: number;
  /** Readings that the raw topic holds once too often, because they were sent again. */
  readonly twice: number;
}

/** With LONG_FAULTS=1 the fault tests run at full length. */
const LONG = process.env["LONG_FAULTS"] === "1";

/** How often, or for how long: the usual, or in full. */
export function inFull(usual: number, full: number): number {
  return LONG ? full : usual;
}
