import { avroType } from "../../infra/runtime/avro/contracts.ts";
import type { InRecord, OutRecord, PartitionTask } from "../../infra/runtime/kafka/ports.ts";
import type { AvroCodec } from "../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../infra/runtime/registry/wire-format.ts";
import { type DeadLetter, deadLetter } from "../../schemas/dead-letter.ts";
import { CodedError, isCoded } from "../../schemas/errors.ts";
import type { StationNetwork } from "../../schemas/network/network.ts";
import { type ReadingBatch, type Run, rangeOf } from "../../schemas/readings.ts";
import type { DedupState } from "../../schemas/records.ts";
import { stateKeyOf, stationOfKey } from "../../schemas/state-keys.ts";
import { formatLost, HEADERS, type Topics } from "../../schemas/topics.ts";
import { type BootPage, pageIn } from "./boot-page.ts";
import type { CleanRecords } from "./clean-records.ts";
import type { Decode } from "./decode.ts";
import { defectOf, deviceOf, type RawPartition, stationOf } from "./inspect.ts";
import { KeptSums } from "./kept-sums.ts";
import { type Kept, StationCounts } from "./station.ts";

/** What dedup counts for metrics; in the order of things, not of commits. */
export interface TransactionCounts {
  readings: number;
  duplicates: number;
  deadLetters: number;
}

/** What a transaction brought. */
export interface DedupCommit {
  readonly counts: TransactionCounts;
  /** Boots whose numbers came in many pieces. */
  readonly scattered: number;
  /** Boots by where they are kept, and pages. */
  readonly kept: Kept;
  /** Of each raw record that brought something new: when the gateway took it, epoch ms. */
  readonly gatewayTimes: readonly number[];
  /** And when the oldest of its new readings was made, by the device's clock, epoch ms. */
  readonly deviceTimes: readonly number[];
}

export interface DedupTaskOptions {
  readonly topics: Topics;
  /** Of the raw topic and of everything dedup writes. */
  readonly partitions: number;
  readonly network: StationNetwork;
  readonly decode: Decode<ReadingBatch>;
  readonly decodeState: Decode<DedupState>;
  readonly clean: CleanRecords;
  readonly stateKey: AvroCodec<number>;
  readonly state: AvroCodec<DedupState>;
  readonly deadLetterKey: AvroCodec<string>;
  readonly deadLetter: AvroCodec<DeadLetter>;
  /** What the state topic takes as one record, bytes. */
  readonly maxStateBytes: number;
  /** Make sure that these stations' own topics exist. */
  readonly prepare: (stationIds: readonly number[]) => void | Promise<void>;
  /** Rejects where there are no longer as many partitions as this process computes with. */
  readonly verify: () => Promise<void>;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  /** A transaction is committed. */
  readonly onCommitted: (partition: number, committed: DedupCommit) => void;
  /** A raw record, or a run of one, can never be counted. */
  readonly onDeadLetter: (error: CodedError) => void;
}

/** What the state topic has of one station. */
interface Restored {
  state?: DedupState;
  /** By their keys. */
  readonly pages: Map<number, BootPage>;
}

/** Exactly-once counting of one partition of the raw topic (delivery rule 6). */
export class DedupTask implements PartitionTask {
  readonly #options: DedupTaskOptions;
  readonly #place: RawPartition;
  readonly #stations = new Map<number, StationCounts>();
  /** What the state topic holds, until it is read to its end. */
  #restored = new Map<number, Restored>();
  readonly #sums = new KeptSums();
  /** Stations of the last transaction. */
  #touched: ReadonlySet<StationCounts> = new Set();
  #counts: TransactionCounts = { readings: 0, duplicates: 0, deadLetters: 0 };
  #gatewayTimes: number[] = [];
  #deviceTimes: number[] = [];

  constructor(options: DedupTaskOptions, partition: number) {
    this.#options = options;
    this.#place = { partition, partitions: options.partitions, network: options.network };
  }

  /** @throws {CodedError} AVRO_INVALID: without its whole state dedup must not count */
  async restore({ key, value }: InRecord): Promise<void> {
    if (!value) {
      // Pages are taken back, and stations that went to another partition.
      if (key) this.#forget(keyIn(key));
      return;
    }
    const state = await this.#options.decodeState(value);
    const restored: Restored = this.#restored.get(state.station_id) ?? { pages: new Map() };
    this.#restored.set(state.station_id, restored);
    const page = pageIn(state);
    if (!state.page) restored.state = state;
    else if (page) restored.pages.set(stateKeyOf(state.station_id, state.page), page);
  }

  async ready(): Promise<void> {
    await this.#options.verify();
    for (const [id, { state, pages }] of this.#restored) {
      if (!state) continue;
      const station = StationCounts.restored(state, [...pages.values()]);
      this.#stations.set(id, station);
      this.#sums.note(station);
    }
    this.#restored = new Map();
  }

  async process(records: readonly InRecord[]): Promise<readonly OutRecord[]> {
    const { topics, stateKey, state, prepare, maxStateBytes } = this.#options;
    this.#counts = { readings: 0, duplicates: 0, deadLetters: 0 };
    this.#gatewayTimes = [];
    this.#deviceTimes = [];
    const out: OutRecord[] = [];
    const touched = new Set<StationCounts>();
    for (const record of records) {
      let batch: ReadingBatch | undefined;
      try {
        const decoded = this.#options.decode(record.value);
        batch = decoded instanceof Promise ? await decoded : decoded;
        const station = this.#take(batch, record, out);
        touched.add(station);
        if (station.isCrowded) tidied(station);
      } catch (error) {
        if (!isCoded(error, "AVRO_INVALID", "BATCH_INVALID")) throw error;
        out.push(this.#dead(record, error, batch?.runs ?? []));
      }
    }
    this.#touched = touched;
    await prepare([...touched].map((station) => station.id));
    for (const station of touched) {
      tidied(station);
      const { written, removed } = station.takeChangedPages();
      const records = [
        ...written.map((page) => [page.number, state.frame(page.bytes)] as const),
        ...removed.map((number) => [number, null] as const),
        [0, state.encode(station.toState())] as const,
      ];
      for (const [page, value] of records) {
        if (value && value.length > maxStateBytes) throw tooLarge(station.id, value.length, maxStateBytes);
        out.push({ topic: topics.dedupState, key: stateKey.encode(stateKeyOf(station.id, page)), value });
      }
    }
    return out;
  }

  committed(): void {
    for (const station of this.#touched) this.#sums.note(station);
    this.#options.onCommitted(this.#place.partition, {
      counts: this.#counts,
      ...this.#sums.sums(),
      gatewayTimes: this.#gatewayTimes,
      deviceTimes: this.#deviceTimes,
    });
  }

  #forget(key: number): void {
    const stationId = stationOfKey(key);
    const restored = this.#restored.get(stationId);
    if (key === stationId) delete restored?.state;
    else restored?.pages.delete(key);
    if (restored && !restored.state && restored.pages.size === 0) this.#restored.delete(stationId);
  }

  /** Count one batch. Its faulty runs become dead letters, its good ones clean records. */
  #take(batch: ReadingBatch, record: InRecord, out: OutRecord[]): StationCounts {
    const place = stationOf(batch, this.#place);
    const station = this.#stations.get(place.id) ?? new StationCounts(place.id);
    this.#stations.set(place.id, station);
    const hops = {
      gateway: Number(record.headers[HEADERS.gatewayTime] ?? record.timestamp),
      dedup: this.#options.now(),
    };
    let oldest = Number.POSITIVE_INFINITY;
    for (const run of batch.runs) {
      try {
        const device = deviceOf(run, batch);
        const defect = defectOf(run, device);
        if (defect) {
          station.lose(run, device.kind);
          throw defect;
        }
        const fresh = station.accept(run, device.kind);
        this.#counts.readings += fresh.length;
        this.#counts.duplicates += run.readings.length - fresh.length;
        oldest = Math.min(oldest, fresh[0]?.reading.deviceTime ?? oldest);
        this.#options.clean.append(out, place, device, run, fresh, hops);
      } catch (error) {
        if (!isCoded(error, "BATCH_INVALID", "BOOT_CLOSED", "BOOT_SCATTERED")) throw error;
        out.push(this.#dead(record, error, [run]));
      }
    }
    if (oldest < Number.POSITIVE_INFINITY) {
      this.#gatewayTimes.push(hops.gateway);
      this.#deviceTimes.push(oldest);
    }
    return station;
  }

  /** @param runs - the readings that are not counted, where they are known. */
  #dead(record: InRecord, error: CodedError, runs: readonly Run[]): OutRecord {
    this.#counts.deadLetters++;
    this.#options.onDeadLetter(error);
    const origin = `${record.topic}-${record.partition}@${record.offset}`;
    const lost = runs
      .filter((run) => run.readings.length > 0)
      .map((run) => ({ deviceId: run.deviceId, bootId: run.bootId, ...rangeOf(run) }));
    return {
      topic: this.#options.topics.deadLetter,
      key: this.#options.deadLetterKey.encode(origin),
      value: this.#options.deadLetter.encode(
        deadLetter(origin, "dedup", error, record.value ?? Buffer.alloc(0)),
      ),
      ...(lost.length > 0 ? { headers: { [HEADERS.lost]: formatLost(lost) } } : {}),
    };
  }
}

function tidied(station: StationCounts): void {
  station.check();
  station.tidy();
}

function keyIn(key: Buffer): number {
  return avroType("station-id").fromBuffer(parseFrame(key).body) as number;
}

/** Known before Kafka says it: nothing of the transaction is sent. Its bounds keep a station's state far below. */
function tooLarge(stationId: number, bytes: number, maxBytes: number): CodedError {
  return new CodedError("KAFKA_RECORD_REFUSED", {
    message: `the state of station ${stationId} has ${bytes} bytes, and its topic takes ${maxBytes}: npm run bootstrap raises its max.message.bytes`,
    retryable: false,
    context: { stationId, bytes, maxBytes },
  });
}
