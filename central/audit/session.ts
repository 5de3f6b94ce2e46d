import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import { defined } from "../../infra/runtime/defined.ts";
import { partitionsInForce } from "../../infra/runtime/kafka/partitions.ts";
import type { KafkaAdmin, LogReader, Producer } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { isOpen, type Verdict } from "../../schemas/audit.ts";
import { BUILT_IN_LIMITS, topicSettings, topicsByKey } from "../../schemas/topic-settings.ts";
import { HEADERS, parseStationTopic, stationTopic, topicNames } from "../../schemas/topics.ts";
import type { Auditor } from "./core/auditor.ts";
import { VerdictMaker } from "./core/verdict.ts";
import { FleetAudit } from "./fleet/fleet-audit.ts";
import { Letters } from "./fleet/letters.ts";
import { Looks } from "./looks.ts";
import type { AuditOptions } from "./options.ts";
import { QueryProgress } from "./query-progress.ts";
import { Decoder } from "./read/decode.ts";
import { restore } from "./restore.ts";
import { AuditStore, type Restored, type StationMemory } from "./store.ts";

/** Between two looks when the last brought everything, ms: findings need no haste, and each look costs Kafka something. */
const LOOK_MS = 250;
/** Between two looks at the stations' own topics, ms: there are 184 of them. */
const COPIES_MS = 2_000;
/** How often topics are looked for that were not there, ms. */
const TOPICS_MS = 10_000;
/** A sum that has not been judged for so long: the query is asked for its offsets, and again after that time, ms. */
const SUMS_MS = 3_000;
const VERDICT_MS = 1_000;
/** How often the memory is written, ms: so much is read again after a kill. */
const MEMORY_MS = 5_000;
/** The same for what is known of vehicles: there may be many of them. */
const FLEET_MEMORY_MS = 15_000;
const WAIT_MS = 500;

interface Connections {
  readonly admin: KafkaAdmin;
  readonly producer: Producer;
  readonly reader: LogReader;
  /** Another connection: a slow table must not hold up the readings. */
  readonly fleetReader: LogReader;
}

/** One auditor, from its claim to its end. After a failure a new session goes on from what is in the topic. */
export class AuditSession {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #connections: Connections;
  readonly #auditor: Auditor;
  readonly #looks: Looks;
  readonly #store: AuditStore;
  readonly #verdicts: VerdictMaker;
  readonly #queries: QueryProgress;
  readonly #fleet: FleetAudit | undefined;
  readonly #perStation: boolean;
  readonly #prefix: string;
  readonly #partitions: number;
  #topics: readonly string[] = [];
  #copies: readonly string[] = [];
  #verdict: Verdict | null = null;
  /** What else may keep readings from coming through, a sentence each: told with the verdict's reasons. */
  notes: () => readonly string[] = () => [];
  /** Stations that are too large to be kept. */
  #unwritten: readonly number[] = [];

  static topicOf(prefix: string): string {
    return topicNames(prefix).audit;
  }

  /** @returns null: it was stopped meanwhile. @throws {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE */
  static async begin(options: AuditOptions, signal: AbortSignal): Promise<AuditSession | null> {
    const { kafka, prefix, instance } = options;
    const topics = topicNames(prefix);
    const admin = await kafka.admin();
    let producer: Producer | undefined;
    const reader = kafka.logReader({ headers: [HEADERS.reading, HEADERS.cut, HEADERS.rowCut, HEADERS.lost] });
    try {
      while (!(await admin.listTopics()).includes(topics.raw)) {
        if (signal.aborted) {
          await closed([admin, { close: () => reader.stop() }]);
          return null;
        }
        await options.clock.sleep(WAIT_MS, signal);
      }
      const partitions = (await partitionsInForce(admin, topics)) ?? BUILT_IN_LIMITS.partitions;
      const ownPartitions = await admin.partitionCounts(topicsByKey(topics));
      const own = topicSettings(topics, BUILT_IN_LIMITS).filter(({ topic }) => topic === topics.audit);
      await admin.ensureTopics(own);
      producer = await kafka.producer({ lingerMs: 0 });
      const store = new AuditStore({ topic: topics.audit, producer, reader });
      const restored = await store.begin(instance);
      const rawSchemaId = await options.registry.register(`${topics.raw}-value`, schemaJson("reading-batch"));
      const connections = { admin, producer, reader, fleetReader: kafka.logReader({ headers: [] }) };
      const counts = { partitions, ownPartitions };
      return new AuditSession({ ...options, ...counts, connections, rawSchemaId, store, restored });
    } catch (error) {
      await closed([admin, producer, { close: () => reader.stop() }]);
      throw error;
    }
  }

  private constructor(
    options: AuditOptions & {
      readonly connections: Connections;
      readonly partitions: number;
      readonly ownPartitions: ReadonlyMap<string, number>;
      readonly rawSchemaId: number;
      readonly store: AuditStore;
      readonly restored: Restored;
    },
  ) {
    const { clock, logger, prefix, network, partitions, ownPartitions } = options;
    const { connections, restored, registry, rawSchemaId } = options;
    const topics = topicNames(prefix);
    this.#clock = clock;
    this.#logger = logger;
    this.#connections = connections;
    this.#store = options.store;
    this.#perStation = options.perStation;
    this.#prefix = prefix;
    const copyOf = (kind: "arrival" | "turnstile", stationId: number): string =>
      stationTopic(kind === "arrival" ? "arrivals" : "turnstiles", stationId, prefix);
    const regrouping = restored.regrouping?.to === partitions ? restored.regrouping : null;
    const tablePartitions = ownPartitions.get(topics.turnstileSummary);
    const audited = { topics, partitions, regrouping, copyOf, ...defined({ network, tablePartitions }) };
    this.#partitions = partitions;
    this.#auditor = restore(audited, restored, logger);
    this.#verdicts = new VerdictMaker(this.#auditor);
    this.#fleet = fleetOf(options, this.#auditor);
    this.#queries = new QueryProgress(connections.admin, connections.reader);
    this.#looks = new Looks({
      auditor: this.#auditor,
      topics,
      partitions,
      ownPartitions,
      regrouping,
      reader: connections.reader,
      decoder: new Decoder({ topics, avro: avroDecoder(registry, logger), rawSchemaId }),
      clock,
      topicIds: restored.checkpoint?.topicIds ?? {},
    });
  }

  get detail(): Readonly<Record<string, unknown>> {
    const { state, asOf, findings } = this.#verdict ?? {};
    const unwritten = this.#unwritten.length > 0 ? { unwritten: this.#unwritten } : {};
    return { state, asOf, ...findings, ...unwritten };
  }

  /**
   * Look, judge and write until `signal` aborts or another auditor begins.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE
   */
  async run(signal: AbortSignal, onVerdict: (verdict: Verdict) => void): Promise<void> {
    const ending = new AbortController();
    const fleet = this.#fleet?.run(AbortSignal.any([signal, ending.signal]));
    try {
      await this.#audit(signal, onVerdict);
    } finally {
      ending.abort();
      await fleet;
    }
  }

  async #audit(signal: AbortSignal, onVerdict: (verdict: Verdict) => void): Promise<void> {
    const due = new Due(this.#clock);
    let mine = true;
    while (mine && !signal.aborted) {
      if (due.now("topics", TOPICS_MS)) await this.#findTopics();
      let more = await this.#looks.take(this.#topics);
      if (this.#copies.length > 0 && due.now("copies", COPIES_MS)) {
        more = (await this.#looks.take(this.#copies)) || more;
        this.#auditor.cutCopies();
      }
      if (due.now("sums", SUMS_MS)) await this.#askQuery();
      mine = await this.#store.follow((id, resolution) => this.#auditor.resolve(id, resolution));
      if (mine && due.now("verdict", VERDICT_MS)) {
        const made = this.#verdicts.make(this.#clock.now(), this.#auditor.reading.behind);
        this.#verdict = this.#withFleet({ ...made, reasons: [...made.reasons, ...this.notes()] });
        onVerdict(this.#verdict);
        await this.#write(due.now("memory", MEMORY_MS), this.#verdict, due.now("fleet", FLEET_MEMORY_MS));
      }
      if (!more) await this.#clock.sleep(LOOK_MS, signal);
    }
    if (mine) await this.#write(true);
  }

  async close(): Promise<void> {
    const { admin, producer, reader, fleetReader } = this.#connections;
    await closed([admin, producer, ...[reader, fleetReader].map((one) => ({ close: () => one.stop() }))]);
  }

  /** Rows tell how far the query is, unless none is written for a station: then its loops are asked. */
  async #askQuery(): Promise<void> {
    if (!this.#auditor.sumsOverdue(SUMS_MS)) return;
    const cuts = await this.#queries.of(this.#looks.names.turnstiles);
    if (cuts) this.#auditor.summedBelow(cuts);
  }

  async #findTopics(): Promise<void> {
    const existing = new Set(await this.#connections.admin.listTopics());
    this.#topics = this.#looks.topics.filter((topic) => existing.has(topic));
    if (!this.#perStation) return;
    this.#copies = [...existing].filter((topic) => {
      const own = parseStationTopic(topic);
      return own !== undefined && topic === stationTopic(own.kind, own.stationId, this.#prefix);
    });
    this.#auditor.copies(this.#copies);
  }

  #withFleet(verdict: Verdict): Verdict {
    if (!this.#fleet) return verdict;
    const { findings } = this.#auditor;
    const open = [...findings.all].filter((finding) => finding.hop === "table" && isOpen(finding)).length;
    return { ...verdict, fleet: this.#fleet.watch.verdict(this.#fleet.counts, open, this.#clock.now()) };
  }

  async #write(memory: boolean, verdict?: Verdict, vehicles = memory): Promise<void> {
    const auditor = this.#auditor;
    const findings = auditor.findings.changes();
    for (const finding of findings.values()) {
      if (finding) this.#logger.warn({ finding: finding.id, readings: finding.readings }, finding.detail);
    }
    if (!memory) {
      await this.#store.write({ findings, ...(verdict ? { verdict } : {}) });
      return;
    }
    const stations = new Map<number, StationMemory>();
    for (const partition of auditor.partitions) {
      for (const station of partition.stations) {
        if (!station.changed) continue;
        const positions = auditor.reading.covered(station.id);
        const topicIds = this.#looks.topicIdsOf(Object.keys(positions));
        const partitions = this.#partitions;
        stations.set(station.id, { positions, topicIds, partitions, station: station.toJSON() });
        station.changed = false;
      }
    }
    const checkpoint = { auditor: auditor.toJSON(), topicIds: this.#looks.topicIds };
    const fleet = vehicles ? (this.#fleet?.memory() ?? null) : null;
    const whole = { findings, stations, checkpoint, fleet, ...(verdict ? { verdict } : {}) };
    this.#tooLarge(await this.#store.write(whole));
  }

  /** Their audit goes on; only what is known of them is not kept. */
  #tooLarge(stations: readonly number[]): void {
    const complete = stations.length > 0 && this.#unwritten.length === 0;
    this.#unwritten = stations;
    for (const partition of this.#auditor.partitions) {
      for (const station of partition.stations) if (stations.includes(station.id)) station.changed = true;
    }
    if (complete) {
      this.#logger.warn(
        { stations },
        "what is known of these stations is too large to be kept: after a restart their records are read again",
      );
    }
  }
}

/** The vehicles' half, where PostgreSQL is to be audited. */
function fleetOf(
  options: AuditOptions & { readonly connections: Connections; readonly restored: Restored },
  auditor: Auditor,
): FleetAudit | undefined {
  const { fleet: table, prefix, registry, clock, logger, connections, restored } = options;
  if (!table) return undefined;
  const { fleet: topic, deadLetter } = topicNames(prefix);
  const { admin, fleetReader: reader } = connections;
  return new FleetAudit(
    {
      topic,
      partitionsOf: (name) => admin.partitionsOf(name),
      reader,
      table,
      letters: new Letters(
        { topic: deadLetter, of: topic, reader, avro: avroDecoder(registry, logger) },
        restored.fleet?.letters,
      ),
      report: (fact) => auditor.findings.report(fact, clock.now()),
      clock,
      logger,
    },
    restored.fleet ?? undefined,
    restored.vehicles.values(),
  );
}

/** What is to be done at most so often. */
class Due {
  readonly #clock: Clock;
  readonly #done = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(what: string, everyMs: number): boolean {
    const now = this.#clock.monotonic();
    if (now - (this.#done.get(what) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    this.#done.set(what, now);
    return true;
  }
}

async function closed(all: readonly ({ close(): Promise<void> } | undefined)[]): Promise<void> {
  for (const one of all) await one?.close().catch(() => {});
}
