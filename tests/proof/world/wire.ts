import { stateRecord } from "../../../gateway/bridge/state.ts";
import { avroType } from "../../../infra/runtime/avro/contracts.ts";
import type { InRecord, OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { avroCodec } from "../../../infra/runtime/registry/codec.ts";
import type { AvroCodec, RegistryClient } from "../../../infra/runtime/registry/ports.ts";
import { parseDeviceId } from "../../../schemas/network/devices.ts";
import { stationById } from "../../../schemas/network/network.ts";
import type { ReadingBatch } from "../../../schemas/readings.ts";
import type { TurnstileRecord } from "../../../schemas/records.ts";
import type { AnyState } from "../../../schemas/states.ts";
import { formatReading, HEADERS, parseReading, partitionOf, type Topics } from "../../../schemas/topics.ts";

/** Bytes of the registry's header before Avro's own. */
const HEADER_BYTES = 5;

/** Which reading a clean record says it is. */
export interface CleanName {
  readonly deviceId: string;
  readonly bootId: number;
  readonly seq: number;
}

/** Builds and reads the records of the proof's topics as their writers do. */
export class Wire {
  readonly topics: Topics;
  readonly partitions: number;
  readonly #stationKey: AvroCodec<number>;
  readonly #batch: AvroCodec<ReadingBatch>;
  readonly #deviceKey: AvroCodec<string>;
  readonly #state: AvroCodec<unknown>;

  static async open(registry: RegistryClient, topics: Topics, partitions: number): Promise<Wire> {
    const [stationKey, batch, deviceKey, state] = await Promise.all([
      avroCodec<number>(registry, `${topics.raw}-key`, "station-id"),
      avroCodec<ReadingBatch>(registry, `${topics.raw}-value`, "reading-batch"),
      avroCodec<string>(registry, `${topics.devices}-key`, "device-id"),
      avroCodec<unknown>(registry, `${topics.devices}-value`, "device-state"),
    ]);
    return new Wire(topics, partitions, { stationKey, batch, deviceKey, state });
  }

  private constructor(
    topics: Topics,
    partitions: number,
    codecs: {
      readonly stationKey: AvroCodec<number>;
      readonly batch: AvroCodec<ReadingBatch>;
      readonly deviceKey: AvroCodec<string>;
      readonly state: AvroCodec<unknown>;
    },
  ) {
    this.topics = topics;
    this.partitions = partitions;
    this.#stationKey = codecs.stationKey;
    this.#batch = codecs.batch;
    this.#deviceKey = codecs.deviceKey;
    this.#state = codecs.state;
  }

  raw(batch: ReadingBatch, gatewayTime: number): OutRecord {
    return {
      topic: this.topics.raw,
      partition: partitionOf(batch.stationId, this.partitions),
      key: this.#stationKey.encode(batch.stationId),
      value: this.#batch.encode(batch),
      headers: { [HEADERS.gatewayTime]: String(gatewayTime) },
    };
  }

  state(state: AnyState): OutRecord {
    return {
      topic: this.topics.devices,
      partition: partitionOf(state.stationId, this.partitions),
      key: this.#deviceKey.encode(state.id),
      value: this.#state.encode(stateRecord(state)),
    };
  }

  /** @throws where the record is no batch. */
  batchOf({ value }: Pick<InRecord, "value">): ReadingBatch {
    return avroType("reading-batch").fromBuffer(bodyOf(value)) as ReadingBatch;
  }

  /** Another batch's record in this one's place. */
  withBatch(record: InRecord, batch: ReadingBatch): InRecord {
    return {
      ...record,
      key: this.#stationKey.encode(batch.stationId),
      value: this.#batch.encode(batch),
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

  /** Another station's record of the same reading: key and value change, the header stays. */
  moved<R extends Pick<InRecord, "topic" | "key" | "value">>(clean: R, stationId: number): R {
    const type = this.#typeOf(clean);
    const value = { ...(type.fromBuffer(bodyOf(clean.value)) as CleanValue), station_id: stationId };
    const name = stationById(stationId)?.name ?? "";
    const other = value.station_name === undefined ? value : { ...value, station_name: name };
    return {
      ...clean,
      key: this.#stationKey.encode(stationId),
      value: Buffer.concat([headOf(clean.value), type.toBuffer(other)]),
    };
  }

  #typeOf({ topic }: Pick<InRecord, "topic">) {
    return avroType(topic === this.topics.arrivals ? "arrival" : "turnstile");
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
