import type { InRecord, OutRecord } from "../ports.ts";
import type { Positions } from "../positions.ts";

/*
 * What the exactly-once loop needs of Kafka. Adapters: kafkajs, and the log in memory, which can lie. A broker's
 * errors come as CodedError: KAFKA_UNAVAILABLE, KAFKA_FENCED, KAFKA_RECORD_REFUSED.
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface WrittenPartition extends TopicPartition {
  /** The offset of the last record. */
  readonly last: number;
}

/** A partition of the topic that its name stands for now. */
export interface Bounds {
  readonly first: number;
  /** The offset after the last record, also of open transactions. */
  readonly end: number;
  /** undefined: the broker knows no ids. */
  readonly topicId: string | undefined;
}

/** A producer's transaction in a partition that has no marker yet. */
export interface OpenTransaction extends TopicPartition {
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of its first record. */
  readonly offset: number;
  /** Of the coordinator that wrote the producer's last marker there; -1: none did. */
  readonly coordinatorEpoch: number;
}

/** What its coordinator knows of a transactional id. */
export interface Coordinated {
  /** As Kafka names it: Empty, Ongoing, PrepareCommit, CompleteCommit, PrepareAbort, CompleteAbort, and more. */
  readonly state: string;
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the transaction under way; while it ends, those that have no marker yet. */
  readonly places: readonly TopicPartition[];
}

export type TransactionOutcome = "commit" | "abort";

/** How far an input was read, in a topic of which id. */
export interface ReadUpTo extends TopicPartition {
  readonly group: string;
  /** The next offset to read. */
  readonly next: number;
  readonly topicId: string | undefined;
}

export interface LoopKafka {
  bounds(place: TopicPartition): Promise<Bounds>;
  /** Asked for no earlier than now. */
  topicId(topic: string): Promise<string | undefined>;
  /** Every committed record from one offset to before another, in order. Rejects when `signal` aborts. */
  read(
    place: TopicPartition,
    from: number,
    to: number,
    take: (record: InRecord) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** What the group has committed; undefined: nothing. */
  committed(group: string, place: TopicPartition): Promise<Committed | undefined>;
  /** How many partitions these topics have; those that do not exist are left out. */
  partitions(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** undefined: the coordinator has never heard of it. */
  describe(transactionalId: string): Promise<Coordinated | undefined>;
  /** Of the owner of this producer id; undefined: no coordinator knows it. */
  coordinated(producerId: number): Promise<Coordinated | undefined>;
  /** The last stable offset of each: what is before it is committed or aborted. */
  stable(places: readonly TopicPartition[]): Promise<Positions>;
  /** Open transactions of any producer in these partitions. */
  open(places: readonly TopicPartition[]): Promise<readonly OpenTransaction[]>;
  /**
   * Write the marker that no coordinator will (as `kafka-transactions.sh abort` does).
   *
   * @throws {CodedError} also when this client may not: CLUSTER_ACTION, or ALTER, of the cluster
   */
  mark(transaction: OpenTransaction, outcome: TransactionOutcome): Promise<void>;
  /** Fence the owner of this transactional id, and have its open transaction ended. */
  fence(transactionalId: string, group: string): Promise<TransactionalProducer>;
  /** Where the offsets of a group are kept, as far as this client may know. */
  offsetsOf(group: string): Promise<TopicPartition | undefined>;
}

/** An offset of a consumer group. */
export interface Committed {
  readonly next: number;
  readonly metadata: string;
}

/** The one producer of a transactional id. After any error it must be destroyed (delivery rule 5b). */
export interface TransactionalProducer {
  readonly producerId: number;
  readonly producerEpoch: number;
  /**
   * All of it, or nothing; after a rejection the outcome is unknown.
   *
   * @param beforeEnd - must resolve before the transaction is committed.
   * @returns the partitions that were written, and how far.
   */
  commit(
    records: readonly OutRecord[],
    read: ReadUpTo,
    beforeEnd: () => Promise<void>,
  ): Promise<readonly WrittenPartition[]>;
  /**
   * A transaction over these partitions without a record: its markers end what this producer id left open there, and
   * nothing but the right to write is needed for it. Cut off half-way, it aborts.
   */
  end(places: readonly TopicPartition[], outcome: TransactionOutcome): Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}
