import { CodedError } from "../../../../schemas/errors.ts";
import type { OpenTransaction, TopicPartition, TransactionOutcome } from "../loop/ports.ts";
import type { InRecord, OutRecord, TopicSpec, Written } from "../ports.ts";

const MAX_BYTES = "max.message.bytes";
/** Apache Kafka 4.3's own. */
const DEFAULTS: Readonly<Record<string, string>> = { [MAX_BYTES]: "1048588" };

/** Which producer's transaction a record belongs to. */
export interface Membership {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a producer's next marker in this partition ends. */
interface Transaction extends Membership {
  producerEpoch: number;
  /** Of its first record. */
  readonly offset: number;
  /** undefined: it is open. */
  outcome: TransactionOutcome | undefined;
}

interface Entry {
  readonly record: InRecord;
  readonly transaction: Transaction | undefined;
}

interface Partition {
  /** Of the first record that is still there. */
  first: number;
  readonly entries: Entry[];
  /** By producer id. */
  readonly open: Map<number, Transaction>;
}

/** Ways in which a broker may lie or fail: each is asked at its place, and by default nothing happens. */
export interface Lies {
  /** Is this marker written, or does the coordinator forget the partition (KAFKA-20734)? */
  writesMarker(place: TopicPartition, outcome: TransactionOutcome): boolean;
  /** Refuse this record of a transaction. */
  refuses(record: OutRecord): CodedError | undefined;
  /** Fail before a transaction ends: it stays open. */
  losesEnd(): boolean;
  /** Fail after a transaction has ended. */
  losesReply(): boolean;
  /** Refuse markers that are written by hand, as without CLUSTER_ACTION. */
  refusesMarkers(): boolean;
}

export const HONEST: Lies = {
  writesMarker: () => true,
  refuses: () => undefined,
  losesEnd: () => false,
  losesReply: () => false,
  refusesMarkers: () => false,
};

/**
 * Topics as arrays: the storage of the in-memory adapter. Records are visible to readers as with `read_committed`:
 * nothing behind the first open transaction of a partition, and nothing that was aborted. Markers take no offset.
 */
export class MemoryLog {
  readonly #topics = new Map<string, Partition[]>();
  readonly #ids = new Map<string, string>();
  readonly #settings = new Map<string, Readonly<Record<string, string>>>();
  #made = 0;
  readonly #listeners = new Set<(byProducer: boolean) => void>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @throws {CodedError} KAFKA_TOPIC_MISMATCH */
  ensure(spec: TopicSpec): void {
    const existing = this.#topics.get(spec.topic);
    if (!existing) {
      this.#topics.set(spec.topic, Array.from({ length: spec.partitions }, emptyPartition));
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

  /** @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_TOPIC_MISMATCH where it has more */
  grow(topic: string, count: number): void {
    const partitions = this.#partitions(topic);
    if (partitions.length > count) {
      throw new CodedError("KAFKA_TOPIC_MISMATCH", {
        message: `${topic} has ${partitions.length} partitions, not ${count}`,
        retryable: false,
        context: { topic, expected: count, found: partitions.length },
      });
    }
    while (partitions.length < count) partitions.push(emptyPartition());
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
  partitionCount(topic: string): number {
    return this.#partitions(topic).length;
  }

  /** The offset of the first record that is still there. */
  first(place: TopicPartition): number {
    return this.#partition(place).first;
  }

  /** As retention does: what is before this offset is gone. */
  deleteBefore(place: TopicPartition, offset: number): void {
    this.#partition(place).first = offset;
  }

  /** As a leader without the last records does: what is at this offset and after it is gone. */
  cutOff(place: TopicPartition, offset: number): void {
    this.#partition(place).entries.length = offset;
  }

  /** The offset after the last record, also of open transactions. */
  end(place: TopicPartition): number {
    return this.#partition(place).entries.length;
  }

  /** Where the first open transaction begins, or the end. */
  stable(place: TopicPartition): number {
    const { entries, open } = this.#partition(place);
    let stable = entries.length;
    for (const { offset } of open.values()) stable = Math.min(stable, offset);
    return stable;
  }

  /** What a reader of committed records sees from an offset on. */
  readable(topic: string, partition: number, from = 0): readonly InRecord[] {
    const place = { topic, partition };
    return this.#partition(place)
      .entries.slice(Math.max(from, this.first(place)), this.stable(place))
      .flatMap(({ record, transaction }) => (transaction?.outcome === "abort" ? [] : [record]));
  }

  open(place: TopicPartition): readonly OpenTransaction[] {
    return Array.from(this.#partition(place).open.values(), ({ producerId, producerEpoch, offset }) => ({
      ...place,
      producerId,
      producerEpoch,
      coordinatorEpoch: 0,
      offset,
    }));
  }

  /** All of them, or none. */
  append(records: readonly OutRecord[], by?: Membership): readonly (Written & { readonly topic: string })[] {
    const targets = records.map((record) => {
      const partitions = this.#partitions(record.topic);
      const partition = record.partition ?? partitionForKey(record.key, partitions.length);
      const target = partitions[partition];
      if (!target) {
        throw new CodedError("KAFKA_RECORD_REFUSED", {
          message: `${record.topic} has no partition ${partition}`,
          retryable: false,
          context: { topic: record.topic, partition },
        });
      }
      const bytes = (record.key?.length ?? 0) + (record.value?.length ?? 0);
      if (bytes > Number(this.settingsOf(record.topic)[MAX_BYTES])) throw tooLarge(record.topic, bytes);
      return { record, partition, target };
    });
    const written = targets.map(({ record, partition, target }) => {
      const offset = target.entries.length;
      const { topic, key, value, headers = {} } = record;
      const timestamp = record.timestamp ?? this.#now();
      target.entries.push({
        record: { topic, partition, offset, timestamp, key, value, headers },
        transaction: by && joined(target, by, offset),
      });
      return { topic, partition, offset };
    });
    if (!by) this.#tell(true);
    return written;
  }

  /** A marker: what this producer has open in the partition is ended, of whatever epoch. */
  mark({ topic, partition }: TopicPartition, producerId: number, outcome: TransactionOutcome): void {
    const open = this.#topics.get(topic)?.[partition]?.open;
    const transaction = open?.get(producerId);
    if (transaction) transaction.outcome = outcome;
    open?.delete(producerId);
    this.#tell(false);
  }

  /**
   * Called when there may be more to read: after each append outside of transactions, and each marker. The returned
   * function ends it.
   */
  onAppend(listener: (byProducer: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(byProducer: boolean): void {
    for (const listener of this.#listeners) listener(byProducer);
  }

  #partition({ topic, partition }: TopicPartition): Partition {
    return this.#partitions(topic)[partition] ?? emptyPartition();
  }

  #partitions(topic: string): Partition[] {
    const partitions = this.#topics.get(topic);
    if (partitions) return partitions;
    throw new CodedError("KAFKA_UNAVAILABLE", {
      message: `topic ${topic} does not exist`,
      retryable: true,
      context: { topic },
    });
  }
}

function emptyPartition(): Partition {
  return { first: 0, entries: [], open: new Map() };
}

/** A record of a producer with an open transaction belongs to that one, of whatever epoch: as a broker has it. */
function joined({ open }: Partition, { producerId, producerEpoch }: Membership, offset: number): Transaction {
  const transaction = open.get(producerId) ?? { producerId, producerEpoch, offset, outcome: undefined };
  transaction.producerEpoch = producerEpoch;
  open.set(producerId, transaction);
  return transaction;
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
