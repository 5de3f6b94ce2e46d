import { type Codecs, Records } from "../../../gateway/bridge/records.ts";
import { avroType } from "../../../infra/runtime/avro/contracts.ts";
import type { InRecord, OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { avroCodec } from "../../../infra/runtime/registry/codec.ts";
import type { RegistryClient } from "../../../infra/runtime/registry/ports.ts";
import { SingleObjectCodec } from "../../../schemas/avro/single-object.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { readingsTopic } from "../../../schemas/mqtt.ts";
import { parseDeviceId } from "../../../schemas/network/devices.ts";
import { stationById } from "../../../schemas/network/network.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import type { TurnstileRecord } from "../../../schemas/records.ts";
import type { AnyState } from "../../../schemas/states.ts";
import {
  formatReading,
  HEADERS,
  parseReading,
  parseStationTopic,
  type Topics,
} from "../../../schemas/topics.ts";

/** Bytes of the registry's header before Avro's own. */
const HEADER_BYTES = 5;

const published = new SingleObjectCodec<ReadingBatch>(avroType("reading-batch"));

/** Which reading a clean record says it is. */
export interface CleanName {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/** Builds the records of the proof's topics, as the gateway does, and reads them. */
export class Wire {
  readonly topics: Topics;
  readonly #codecs: Codecs;
  readonly #devices: number;
  #partitions: number;
  #records: Records;

  static async open(registry: RegistryClient, topics: Topics, partitions: number): Promise<Wire> {
    const [rawKey, rawValue, devicesKey, devicesValue, deadLetterKey, deadLetterValue] = await Promise.all([
      avroCodec<number>(registry, `${topics.raw}-key`, "station-id"),
      avroCodec<unknown>(registry, `${topics.raw}-value`, "reading-batch"),
      avroCodec<string>(registry, `${topics.devices}-key`, "device-id"),
      avroCodec<unknown>(registry, `${topics.devices}-value`, "device-state"),
      avroCodec<string>(registry, `${topics.deadLetter}-key`, "device-id"),
      avroCodec<unknown>(registry, `${topics.deadLetter}-value`, "dead-letter"),
    ]);
    const codecs = { rawKey, rawValue, devicesKey, devicesValue, deadLetterKey, deadLetterValue };
    return new Wire(topics, partitions, codecs);
  }

  private constructor(topics: Topics, partitions: number, codecs: Codecs) {
    this.topics = topics;
    this.#partitions = partitions;
    // That topic keeps its number.
    this.#devices = partitions;
    this.#codecs = codecs;
    this.#records = new Records(codecs, topics, { raw: partitions, devices: partitions });
  }

  get partitions(): number {
    return this.#partitions;
  }

  /** There are so many from now on: as gateways know that begin after the change. */
  regroup(partitions: number): void {
    this.#partitions = partitions;
    this.#records = new Records(this.#codecs, this.topics, { raw: partitions, devices: this.#devices });
  }

  raw(batch: ReadingBatch, gatewayTime: number): OutRecord {
    return this.#records.raw(batch.stationId, avroType("reading-batch").toBuffer(batch), gatewayTime);
  }

  state(state: AnyState): OutRecord {
    return this.#records.state(state);
  }

  /** The gateway gives a batch up. @param named - does it say which readings were in it? */
  deadLetter(batch: ReadingBatch, named: boolean): OutRecord {
    const origin = readingsTopic(batch.stationId);
    const error = new CodedError("BATCH_INVALID", { message: "given up on purpose", retryable: false });
    const lost = batch.runs.map(({ deviceId, bootId, firstSeq, readings }) => ({
      deviceId,
      bootId,
      from: firstSeq,
      to: firstSeq + readings.length - 1,
    }));
    const payload = named ? published.encode(batch) : Buffer.from("not a batch");
    return { ...this.#records.deadLetter(origin, payload, error, named ? lost : []), partition: 0 };
  }

  /** @throws where the record is no batch. */
  batchOf({ value }: Pick<InRecord, "value">): ReadingBatch {
    return avroType("reading-batch").fromBuffer(bodyOf(value)) as ReadingBatch;
  }

  /** Another batch's record in this one's place. */
  withBatch(record: InRecord, batch: ReadingBatch): InRecord {
    return {
      ...record,
      key: this.#codecs.rawKey.encode(batch.stationId),
      value: this.#codecs.rawValue.encode(batch),
    };
  }

  /** Is it a record of a merged clean topic? */
  isClean({ topic }: Pick<InRecord, "topic">): boolean {
    return topic === this.topics.turnstiles || topic === this.topics.arrivals;
  }

  /** Of a clean record's value. */
  stationOf(clean: Pick<InRecord, "topic" | "value">): number {
    const value = this.#typeOf(clean).fromBuffer(bodyOf(clean.value)) as CleanValue;
    return value.station_id;
  }

  /** Of a summary's row. */
  stationKeyOf({ key }: Pick<InRecord, "key">): number {
    return avroType("station-id").fromBuffer(bodyOf(key)) as number;
  }

  /** Of a summary's row. */
  countOf({ value }: Pick<InRecord, "value">): number {
    return Number((avroType("turnstile-summary").fromBuffer(bodyOf(value)) as { COUNT: number }).COUNT);
  }

  /** The same row with another sum. */
  withCount(row: InRecord, count: number): InRecord {
    const value = Buffer.concat([
      headOf(row.value),
      avroType("turnstile-summary").toBuffer({ COUNT: count }),
    ]);
    return { ...row, value };
  }

  /** Another station's record of the same reading: key and value change, the header stays. */
  moved<R extends Pick<InRecord, "topic" | "key" | "value">>(clean: R, stationId: number): R {
    const type = this.#typeOf(clean);
    const value = { ...(type.fromBuffer(bodyOf(clean.value)) as CleanValue), station_id: stationId };
    const name = stationById(stationId)?.name ?? "";
    const other = value.station_name === undefined ? value : { ...value, station_name: name };
    return {
      ...clean,
      key: this.#codecs.rawKey.encode(stationId),
      value: Buffer.concat([headOf(clean.value), type.toBuffer(other)]),
    };
  }

  /** The same reading with another content: of an entry the line, of an arrival the train. */
  altered(clean: OutRecord, text: string): OutRecord {
    const type = this.#typeOf(clean);
    const value = type.fromBuffer(bodyOf(clean.value)) as Record<string, unknown>;
    const field = clean.topic === this.topics.arrivals ? "train_id" : "line";
    return {
      ...clean,
      value: Buffer.concat([headOf(clean.value), type.toBuffer({ ...value, [field]: text })]),
    };
  }

  #typeOf({ topic }: Pick<InRecord, "topic">) {
    const arrivals = topic === this.topics.arrivals || parseStationTopic(topic)?.kind === "arrivals";
    return avroType(arrivals ? "arrival" : "turnstile");
  }
}

/** What both kinds of clean record have, and one of them. */
type CleanValue = Pick<TurnstileRecord, "station_id"> & Partial<Pick<TurnstileRecord, "station_name">>;

/** @throws RangeError where the record carries no name. */
export function nameOf({ headers = {} }: Pick<OutRecord, "headers">): CleanName {
  const { deviceId, bootId, seq } = parseReading(headers[HEADERS.reading] ?? "");
  if (!parseDeviceId(deviceId)) throw new RangeError("a clean record without its reading's name");
  return { deviceId, bootId, seq };
}

/** The same record under another name. */
export function renamed<R extends Pick<OutRecord, "headers">>(record: R, name: CleanName): R {
  const reading = formatReading(name.deviceId, name.bootId, name.seq, name.seq);
  return { ...record, headers: { ...record.headers, [HEADERS.reading]: reading } };
}

function bodyOf(value: Buffer | null): Buffer {
  return (value ?? Buffer.alloc(0)).subarray(HEADER_BYTES);
}

function headOf(value: Buffer | null): Buffer {
  return (value ?? Buffer.alloc(0)).subarray(0, HEADER_BYTES);
}

/** The same record once more, as any writer may write it. */
export function copyOf({ topic, partition, key, value, headers }: InRecord): OutRecord {
  return { topic, partition, key, value, headers };
}
