import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { AvroCodec } from "../../infra/runtime/registry/ports.ts";
import { deadLetter } from "../../schemas/dead-letter.ts";
import type { CodedError } from "../../schemas/errors.ts";
import type { AnyState, SessionState } from "../../schemas/states.ts";
import { formatLost, HEADERS, partitionOf, type ReadingRange, type Topics } from "../../schemas/topics.ts";
import { stateRecord } from "./state.ts";

/** The registered schemas of what the gateway writes. */
export interface Codecs {
  readonly rawKey: AvroCodec<number>;
  readonly rawValue: AvroCodec<unknown>;
  readonly devicesKey: AvroCodec<string>;
  readonly devicesValue: AvroCodec<unknown>;
  readonly deadLetterKey: AvroCodec<string>;
  readonly deadLetterValue: AvroCodec<unknown>;
}

/** Partitions of the topics whose records name theirs. */
export interface PartitionCounts {
  readonly raw: number;
  readonly devices: number;
}

/** Builds every record the gateway writes. */
export class Records {
  readonly #codecs: Codecs;
  readonly #topics: Topics;
  readonly #partitions: PartitionCounts;
  readonly #keys = new Map<number, Buffer>();
  #headersTime = Number.NaN;
  #headers: Readonly<Record<string, string>> = {};

  constructor(codecs: Codecs, topics: Topics, partitions: PartitionCounts) {
    this.#codecs = codecs;
    this.#topics = topics;
    this.#partitions = partitions;
  }

  /**
   * A checked batch as it came: the registry's header and the same bytes.
   *
   * @param gatewayTime - wall clock, epoch ms.
   */
  raw(stationId: number, body: Buffer, gatewayTime: number): OutRecord {
    return {
      topic: this.#topics.raw,
      partition: partitionOf(stationId, this.#partitions.raw),
      key: this.#stationKey(stationId),
      value: this.#codecs.rawValue.frame(body),
      headers: this.#headersAt(gatewayTime),
    };
  }

  /** All batches of one millisecond have the same. */
  #headersAt(gatewayTime: number): Readonly<Record<string, string>> {
    if (gatewayTime !== this.#headersTime) {
      this.#headersTime = gatewayTime;
      this.#headers = { [HEADERS.gatewayTime]: String(gatewayTime) };
    }
    return this.#headers;
  }

  state(state: AnyState | SessionState): OutRecord {
    return {
      topic: this.#topics.devices,
      partition: partitionOf(state.stationId, this.#partitions.devices),
      key: this.#codecs.devicesKey.encode(state.id),
      value: this.#codecs.devicesValue.encode(stateRecord(state)),
    };
  }

  /**
   * @param origin - the MQTT topic it came on.
   * @param lost - the readings in it, as far as they can be told.
   */
  deadLetter(
    origin: string,
    payload: Buffer,
    error: CodedError,
    lost: readonly ReadingRange[] = [],
  ): OutRecord {
    return {
      topic: this.#topics.deadLetter,
      key: this.#codecs.deadLetterKey.encode(origin),
      value: this.#codecs.deadLetterValue.encode(deadLetter(origin, "gateway", error, payload)),
      ...(lost.length > 0 ? { headers: { [HEADERS.lost]: formatLost(lost) } } : {}),
    };
  }

  #stationKey(stationId: number): Buffer {
    let key = this.#keys.get(stationId);
    if (!key) {
      key = this.#codecs.rawKey.encode(stationId);
      this.#keys.set(stationId, key);
    }
    return key;
  }
}
