import type { OutRecord } from "../../infra/runtime/kafka/ports.ts";
import type { SingleObjectCodec } from "../../schemas/avro/single-object.ts";
import { SINGLE_OBJECT_HEADER } from "../../schemas/avro/single-object.ts";
import { type CodedError, type ErrorCode, isCoded } from "../../schemas/errors.ts";
import { type MqttTopic, parseMqttTopic } from "../../schemas/mqtt.ts";
import type { ReadingBatch } from "../../schemas/readings.ts";
import type { Refusal } from "../../schemas/states.ts";
import { batchIdOf, checkBatch, rangesIn } from "./batch.ts";
import type { Records } from "./records.ts";
import { checkState } from "./state.ts";

/** The parts of a PUBLISH, or of a will, that decide about it. */
export interface Publication {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: number;
  readonly retain: boolean;
}

/** Whose packet it is: the connection's own station and session, whatever the packet itself says. */
export interface Origin {
  readonly stationId: number;
  /** Of the session in the devices topic; undefined: Kafka has not said yet. */
  readonly generation: number | undefined;
  /** `host:port`, as the gateway sees it. */
  readonly address: string;
}

/** Why a packet is refused; the label of the metric and the `reason` of the log line. */
export type RefusalReason =
  | "foreign-topic"
  | "qos"
  | "retained"
  | "oversized"
  | "in-flight"
  | "dead-letter"
  | "kafka-limit";

/**
 * What to do with a packet.
 *
 * - `forward`: write `record`, then PUBACK.
 * - `dead`: its content can never pass: write the dead letter `record`, then PUBACK, so that it blocks no later packet.
 * - `wait`: it is a state, which says in which session it was said, and Kafka has not yet handed out that number.
 * - `refuse`: no PUBACK: say `refusal` where the packet is a readable batch, close the connection.
 */
export type Decision =
  | {
      readonly kind: "forward";
      readonly record: OutRecord;
      readonly readings: number;
      /** Agent's disk → gateway, ms; absent for states. */
      readonly delayMs?: number;
      /** Device → agent's disk of the batch's last reading, ms; absent for states. */
      readonly serialMs?: number;
    }
  | { readonly kind: "dead"; readonly record: OutRecord; readonly error: CodedError }
  | { readonly kind: "wait" }
  | { readonly kind: "refuse"; readonly reason: RefusalReason; readonly refusal?: Refusal };

export interface DeciderOptions {
  readonly records: Records;
  readonly codec: SingleObjectCodec<ReadingBatch>;
  /** Largest payload that is taken, bytes. */
  readonly payloadBytes: number;
  /** Largest payload of readings that Kafka takes now, bytes. */
  readonly kafkaBytes: () => number;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
}

/** More than a city has; a client that invents topics only empties the map. */
const KNOWN_TOPICS = 4_096;

/** Decides about what one station publishes. Pure but for the clock. */
export class Decider {
  readonly #options: DeciderOptions;
  readonly #topics = new Map<string, MqttTopic>();

  constructor(options: DeciderOptions) {
    this.#options = options;
  }

  decide(origin: Origin, packet: Publication): Decision {
    const { stationId } = origin;
    const topic = this.#parsed(packet.topic);
    if (!topic || topic.stationId !== stationId || topic.kind === "refused") {
      return { kind: "refuse", reason: "foreign-topic" };
    }
    const { payload } = packet;
    const refuse = (reason: RefusalReason, code: ErrorCode, permanent: boolean): Decision =>
      topic.kind === "readings" ? refused(payload, reason, code, permanent) : { kind: "refuse", reason };
    if (packet.qos !== 1) return refuse("qos", "GATEWAY_REFUSED", false);
    if (packet.retain) return refuse("retained", "GATEWAY_REFUSED", false);
    if (payload.length > this.#options.payloadBytes) return refuse("oversized", "BATCH_INVALID", true);
    const kafkaBytes = this.#options.kafkaBytes();
    if (topic.kind === "readings" && payload.length > kafkaBytes) return tooLarge(payload, kafkaBytes);
    try {
      return topic.kind === "readings"
        ? this.#readings(stationId, payload)
        : this.#state(origin, topic.subject, payload);
    } catch (error) {
      if (!isCoded(error)) throw error;
      return this.deadLetter(packet, error);
    }
  }

  /** An agent says the same few topics over and over. */
  #parsed(topic: string): MqttTopic | undefined {
    const known = this.#topics.get(topic);
    if (known) return known;
    const parsed = parseMqttTopic(topic);
    if (this.#topics.size >= KNOWN_TOPICS) this.#topics.clear();
    if (parsed) this.#topics.set(topic, parsed);
    return parsed;
  }

  deadLetter(packet: Publication, error: CodedError): Decision {
    const topic = this.#parsed(packet.topic);
    const lost = topic?.kind === "readings" ? rangesIn(packet.payload, topic.stationId) : [];
    const record = this.#options.records.deadLetter(packet.topic, packet.payload, error, lost);
    return { kind: "dead", record, error };
  }

  #state({ stationId, generation, address }: Origin, subject: string, payload: Buffer): Decision {
    const state = checkState(payload, stationId, subject);
    if (generation === undefined) return { kind: "wait" };
    const said = { ...state, order: { ...state.order, generation } };
    const record = this.#options.records.state(said.kind === "agent" ? { ...said, address } : said);
    return { kind: "forward", record, readings: 0 };
  }

  #readings(stationId: number, payload: Buffer): Decision {
    const { codec, records, now } = this.#options;
    const body = codec.bodyOf(payload);
    const facts = checkBatch(body, stationId);
    const time = now();
    return {
      kind: "forward",
      record: records.raw(stationId, body, time),
      readings: facts.readings,
      delayMs: time - facts.edgeTime,
      serialMs: facts.edgeTime - facts.deviceTime,
    };
  }
}

/**
 * Sound readings in a batch that is larger than Kafka takes: a fault of a setting, not of the content. The agent is told
 * what would pass, and nothing is lost meanwhile.
 *
 * @param maxBytes - undefined: Kafka refuses it for another reason, which only a person can mend.
 */
export function tooLarge(payload: Buffer, maxBytes: number | undefined): Decision {
  const decision = refused(payload, "kafka-limit", "KAFKA_RECORD_REFUSED", false);
  if (decision.kind !== "refuse" || !decision.refusal || maxBytes === undefined) return decision;
  return { ...decision, refusal: { ...decision.refusal, maxBytes } };
}

/** Refused as a batch, named by its number where that can be read. */
export function refused(
  payload: Buffer,
  reason: RefusalReason,
  code: ErrorCode,
  permanent: boolean,
): Decision {
  const batchId = batchIdOf(payload.subarray(SINGLE_OBJECT_HEADER));
  return batchId === undefined
    ? { kind: "refuse", reason }
    : { kind: "refuse", reason, refusal: { batchId, code, permanent } };
}
