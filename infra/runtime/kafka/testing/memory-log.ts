import { CodedError } from "../../../../schemas/errors.ts";
import type { InRecord, OutRecord, TopicSpec, Written } from "../ports.ts";

const MAX_BYTES = "max.message.bytes";
/** Apache Kafka 4.3's own. */
const DEFAULTS: Readonly<Record<string, string>> = { [MAX_BYTES]: "1048588" };

/** Topics as arrays: the storage of the in-memory adapter. One call of `append` is visible whole or not at all. */
export class MemoryLog {
  readonly #topics = new Map<string, InRecord[][]>();
  readonly #ids = new Map<string, string>();
  readonly #settings = new Map<string, Readonly<Record<string, string>>>();
  #made = 0;
  readonly #listeners = new Set<() => void>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws {CodedError} KAFKA_TOPIC_MISMATCH */
  ensure(spec: TopicSpec): void {
    const existing = this.#topics.get(spec.topic);
    if (!existing) {
      this.#topics.set(
        spec.topic,
        Array.from({ length: spec.partitions }, () => []),
      );
      this.#ids.set(spec.topic, `topic-${++this.#made}`);
      this.#settings.set(spec.topic, { ...DEFAULTS, ...spec.config });
    } else if (existing.length !== spec.partitions) {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", {
        message: `${spec.topic} has ${existing.length} partitions, not ${spec.partitions}`,
        retryable: false,
        context: { topic: spec.topic, expected: spec.partitions, found: existing.length },
      });
    } else if (spec.config) {
      this.#settings.set(spec.topic, { ...this.settingsOf(spec.topic), ...spec.config });
    }
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE as the broker does while a topic is missing. */
  settingsOf(topic: string): Readonly<Record<string, string>> {
    this.#partitions(topic);
    return this.#settings.get(topic) ?? DEFAULTS;
  }

  remove(topic: string): void {
    this.#topics.delete(topic);
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE as the broker does while a topic is missing. */
  topicId(topic: string): string | undefined {
    this.#partitions(topic);
    return this.#ids.get(topic);
  }

  names(): string[] {
    return [...this.#topics.keys()];
  }

  /** @throws {CodedError} KAFKA_UNAVAILABLE as the broker does while a topic is missing. */
  partitions(topic: string): readonly (readonly InRecord[])[] {
    return this.#partitions(topic);
  }

  partition(topic: string, partition: number): readonly InRecord[] {
    return this.#partitions(topic)[partition] ?? [];
  }

  append(records: readonly OutRecord[]): Written[] {
    const targets = records.map((record) => {
      const partitions = this.#partitions(record.topic);
      const partition = record.partition ?? partitionForKey(record.key, partitions.length);
      const log = partitions[partition];
      if (!log) {
        throw new CodedError("KAFKA_RECORD_REFUSED", {
          message: `${record.topic} has no partition ${partition}`,
          retryable: false,
          context: { topic: record.topic, partition },
        });
      }
      const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
      if (bytes > Number(this.settingsOf(record.topic)[MAX_BYTES])) throw tooLarge(record.topic, bytes);
      return { record, partition, log };
    });
    const written = targets.map(({ record, partition, log }) => {
      const offset = log.length;
      log.push({
        topic: record.topic,
        partition,
        offset,
        timestamp: record.timestamp ?? this.#now(),
        key: record.key,
        value: record.value,
        headers: record.headers ?? {},
      });
      return { partition, offset };
    });
    for (const listener of this.#listeners) listener();
    return written;
  }

  /** Called after each append; the returned function ends it. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #partitions(topic: string): InRecord[][] {
    const partitions = this.#topics.get(topic);
    if (partitions) return partitions;
    throw new CodedError("KAFKA_UNAVAILABLE", {
      message: `topic ${topic} does not exist`,
      retryable: true,
      context: { topic },
    });
  }
}

/** As the broker has it of a request; here it looks at single records. */
function tooLarge(topic: string, bytes: number): CodedError {
  return new CodedError("KAFKA_RECORD_REFUSED", {
    message: `a record of ${bytes} bytes is larger than ${topic} takes`,
    retryable: false,
    context: { topic, broker: "MESSAGE_TOO_LARGE" },
  });
}

/** Any function of the key serves a fake; Java's murmur2 matters only where other clients share the topic. */
function partitionForKey(key: Buffer | null, partitions: number): number {
  let hash = 0;
  for (const byte of key ?? []) hash = (Math.imul(hash, 31) + byte) >>> 0;
  return hash % partitions;
}
