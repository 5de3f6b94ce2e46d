import { avroType } from "../../../infra/runtime/avro/contracts.ts";
import { InputOffsets } from "../../../infra/runtime/kafka/loop/offsets.ts";
import type { InRecord } from "../../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../../infra/runtime/registry/ports.ts";
import { parseFrame } from "../../../infra/runtime/registry/wire-format.ts";
import { SingleObjectCodec } from "../../../schemas/avro/single-object.ts";
import type { DeadLetter } from "../../../schemas/dead-letter.ts";
import { isCoded, messageOf } from "../../../schemas/errors.ts";
import type { DeviceKind } from "../../../schemas/network/devices.ts";
import type { ReadingBatch, Run } from "../../../schemas/readings.ts";
import { type AnyState, generationIn, type SessionState } from "../../../schemas/states.ts";
import { HEADERS, parseCut, parseLost, type Topics } from "../../../schemas/topics.ts";
import type { BatchSeen, DeadLetterSeen, Seen, TopicRole, UnreadableSeen } from "../core/events.ts";
import { readBatch } from "./batch.ts";

export interface DecodeOptions {
  readonly topics: Topics;
  readonly avro: AvroDecoder;
  /** Of our own schema of raw records. */
  readonly rawSchemaId: number;
}

/** Places whose records are few: those that have a record for each reading are read by `ReadingReader`. */
export type RecordRole = Exclude<TopicRole, { readonly of: DeviceKind }>;

/** Turns Kafka's records into what the auditor knows of: its own readers, but for small topics and foreign schemas. */
export class Decoder {
  readonly #options: DecodeOptions;

  constructor(options: DecodeOptions) {
    this.#options = options;
  }

  /**
   * @returns null for records that mean nothing to the proof.
   * @throws {CodedError} REGISTRY_UNAVAILABLE (retryable): it can be read later.
   */
  decode(record: InRecord, place: RecordRole): Seen | null | Promise<Seen | null> {
    const { offset, timestamp: since } = record;
    const unreadable = (error: unknown): UnreadableSeen => {
      if (isCoded(error) && error.retryable) throw error;
      return { kind: "unreadable", offset, since, detail: messageOf(error) };
    };
    try {
      const seen = this.#decode(record, place);
      return seen instanceof Promise ? seen.catch(unreadable) : seen;
    } catch (error) {
      return unreadable(error);
    }
  }

  #decode(record: InRecord, place: RecordRole): Seen | null | Promise<Seen | null> {
    switch (place.role) {
      case "raw":
        return this.#raw(record);
      case "turnstileSummary":
        return this.#sum(record);
      case "devices":
        return this.#state(record);
      case "dedupState":
        return this.#commit(record);
      case "deadLetter":
        return this.#deadLetter(record);
    }
  }

  #raw(record: InRecord): BatchSeen | Promise<BatchSeen> {
    const { offset, timestamp: since, value } = record;
    const { id, body } = parseFrame(value ?? Buffer.alloc(0));
    if (id !== this.#options.rawSchemaId) return this.#foreign(record);
    const { stationId, agentBoot, runs } = readBatch(body);
    return { kind: "batch", offset, since, stationId, agentBoot, runs };
  }

  /** Written by another schema: the codecs are shared, the counting is not. */
  async #foreign({ offset, timestamp: since, value }: InRecord): Promise<BatchSeen> {
    const batch = (await this.#options.avro.decode(value as Buffer, "reading-batch")) as ReadingBatch;
    const { stationId, agentBoot } = batch;
    return { kind: "batch", offset, since, stationId, agentBoot, runs: batch.runs.flatMap(spanOf) };
  }

  async #sum({ offset, timestamp: since, key, value, headers }: InRecord): Promise<Seen | null> {
    const stationId = key && (await this.#options.avro.decode(key, "station-id"));
    if (typeof stationId !== "number") return null;
    const row =
      value && ((await this.#options.avro.decode(value, "turnstile-summary")) as Record<string, unknown>);
    const count = row === null ? null : countOf(row);
    const cuts = parseCut(headers[HEADERS.cut]) ?? null;
    const ownCut = parseCut(headers[HEADERS.rowCut]) ?? null;
    return { kind: "sum", offset, since, stationId, count, cuts, ownCut };
  }

  async #state({ offset, timestamp: since, value }: InRecord): Promise<Seen | null> {
    if (!value) return null;
    const said = (await this.#options.avro.decode(value, "device-state")) as AnyState | SessionState;
    if (said.kind === "session") return null;
    const order = { ...said.order, generation: generationIn(said.order, offset) };
    return { kind: "state", offset, since, state: { ...said, order } };
  }

  #commit(record: InRecord): Seen | null {
    const { raw } = this.#options.topics;
    const offsets = new InputOffsets([raw]);
    if (!offsets.restore(record)) return null;
    const position = offsets.position(raw);
    const { offset, timestamp: since } = record;
    return position ? { kind: "commit", offset, since, ...position } : null;
  }

  async #deadLetter({ offset, timestamp: since, value, headers }: InRecord): Promise<DeadLetterSeen | null> {
    if (!value) return null;
    const letter = (await this.#options.avro.decode(value, "dead-letter")) as DeadLetter;
    const reason = `${letter.code}: ${letter.reason}`;
    const raw = letter.where === "dedup" ? this.#origin(letter.origin) : null;
    const named = parseLost(headers[HEADERS.lost] ?? "");
    const readings = named.length > 0 || letter.where !== "gateway" ? named : readingsIn(letter.bytes);
    return { kind: "dead-letter", offset, since, reason, raw, readings };
  }

  /** `topic-partition@offset` of the raw topic. */
  #origin(origin: string): DeadLetterSeen["raw"] {
    const { raw } = this.#options.topics;
    const match = origin.startsWith(raw) ? /^-(\d+)@(\d+)$/.exec(origin.slice(raw.length)) : null;
    return match && { partition: Number(match[1]), offset: Number(match[2]) };
  }
}

function spanOf({ deviceId, bootId, firstSeq, readings }: Run): BatchSeen["runs"] {
  if (readings.length === 0) return [];
  return [{ deviceId, bootId, from: firstSeq, to: firstSeq + readings.length - 1, contents: null }];
}

/** As agents encode what they publish. */
const PUBLISHED = new SingleObjectCodec<unknown>(avroType("reading-batch"));

/** The readings of a PUBLISH that was dead-lettered; none where its bytes are cut or damaged. */
function readingsIn(bytes: Buffer): DeadLetterSeen["readings"] {
  try {
    return readBatch(PUBLISHED.bodyOf(bytes)).runs;
  } catch (error) {
    if (isCoded(error)) return [];
    throw error;
  }
}

/** ksqlDB names the column COUNT and makes it nullable; a decoder may keep the union's wrapper. */
function countOf(row: Record<string, unknown>): number | null {
  const name = Object.keys(row).find((column) => column.toUpperCase() === "COUNT");
  const count = name === undefined ? undefined : row[name];
  if (typeof count === "number") return count;
  if (typeof count === "object" && count !== null && "long" in count) return Number(count.long);
  return null;
}
