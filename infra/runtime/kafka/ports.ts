/**
 * What the stages need of Kafka, without the client library: delivery rules 5 and 6 are the reasons behind each method.
 * Adapters live beside this file; every one passes the same contract suite.
 */

import type { ErrorCode } from "../../../schemas/errors.ts";

export interface OutRecord {
  readonly topic: string;
  /** Left out: the key's murmur2 decides, as Java's default partitioner does. */
  readonly partition?: number;
  readonly key: Buffer | null;
  /** null: a tombstone. */
  readonly value: Buffer | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Epoch ms, of topics with CreateTime. Left out: now. */
  readonly timestamp?: number;
}

export interface InRecord {
  readonly topic: string;
  readonly partition: number;
  /** Below 2^53. */
  readonly offset: number;
  /** Wall clock, epoch ms: the producer's, or the broker's for topics with LogAppendTime. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Written {
  readonly partition: number;
  readonly offset: number;
}

/** At least once: resolves only after `acks=all`. One send in flight, so nothing is lost to a lost reply (delivery rule 5a). */
export interface Producer {
  /**
   * Resolves when Kafka has all of `records`; sends of several callers share a request. Order of calls is kept.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE (retryable, outcome unknown: sending again may write twice) after
   * `timeoutMs`; KAFKA_RECORD_REFUSED (not retryable) when the broker will never take one of these records.
   */
  send(records: readonly OutRecord[]): Promise<readonly Written[]>;
  /** Records accepted and not yet acknowledged: for back-pressure. */
  readonly waiting: number;
  /** Send what was accepted, then disconnect. */
  close(): Promise<void>;
}

/** A partition of a topic that a processor writes. */
export interface OutputPartition {
  readonly topic: string;
  readonly partition: number;
}

/** One input partition's share of a processor. Made again after every failure; never reused. */
export interface PartitionTask {
  /** One record of the state topic, in order, before `ready`. A tombstone forgets. */
  restore(record: InRecord): void | Promise<void>;
  /** All state is in. */
  ready?(): void | Promise<void>;
  /**
   * What to write for these records, in order: committed with their offsets in one transaction, or not at all.
   * Records go to the input's partition number unless they name one.
   *
   * @throws anything: the task and its producer die, a new task restores the committed state and sees them again.
   */
  process(records: readonly InRecord[]): readonly OutRecord[] | Promise<readonly OutRecord[]>;
  /** The transaction of the last `process` is committed. */
  committed?(): void;
  /** No more calls: it failed, or its partition went to another instance. What it holds besides memory must be given back. */
  close?(): void | Promise<void>;
}

export interface ProcessorOptions {
  /** Consumer group, and with the input partition the transactional id: `{group}-{topic}-{partition}`. */
  readonly group: string;
  /** All with the same number of partitions. */
  readonly inputs: readonly string[];
  /**
   * Compacted, same number of partitions as the inputs. The loop also keeps its input offsets there, under keys
   * starting with `OFFSET_KEY`, in the same transaction: they decide where to read on, the group's offset is a hint.
   */
  readonly stateTopic: string;
  /**
   * Topics that tasks write besides their state. What a predecessor left open in the task's partition of these is ended
   * before it begins; in others, when the task first writes there.
   */
  readonly outputs?: readonly string[];
  /**
   * Instead of `outputs`: all that the task of an input partition ever writes besides its state. With many partitions or
   * topics a start then looks at its own share, and not at all of them for each partition. Those that do not exist yet
   * are passed over.
   */
  readonly writes?: (partition: number) => readonly OutputPartition[];
  /** Called before a task begins again after a failure: what it writes may have been deleted meanwhile. */
  readonly repair?: () => Promise<void>;
  readonly task: (partition: number) => PartitionTask;
  /** Records per transaction, at most. Default 2000. */
  readonly maxRecords?: number;
  /** Bytes of keys and values of the records per transaction, at most (one record may be larger). Default 256 KiB. */
  readonly maxBytes?: number;
  /** Gap between the commits of one partition under light load, ms; an instance with many makes it longer. Default 25. */
  readonly minCommitGapMs?: number;
}

/** Why an instance does not write a partition. It leaves it to others where there are some, and tries again now and then. */
export interface Trouble {
  readonly partition: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Exactly once: read, process, write and remember in one transaction per batch and input partition. */
export interface Processor {
  /**
   * Rejects when the processor cannot go on (KAFKA_TOPIC_MISMATCH, KAFKA_UNREADABLE); transient trouble is retried
   * inside.
   */
  readonly failed: Promise<never>;
  /** The input partitions this instance works on now, restored and ready. */
  readonly partitions: readonly number[];
  /** Partitions that this instance cannot write for a reason that repetition does not change; empty: all is well. */
  readonly troubles: readonly Trouble[];
  /** Finish the running transaction, leave the group. */
  stop(): Promise<void>;
}

export interface TailOptions {
  readonly topics: readonly string[];
  /** Where to begin: the start of each partition, its end, or the first record not older than this (epoch ms). */
  readonly from: "beginning" | "end" | number;
  /** In order per partition. It may be slow: nothing is fetched meanwhile. */
  readonly onRecords: (records: readonly InRecord[]) => void | Promise<void>;
}

/** Reads every partition, commits nothing, belongs to no lasting group: each instance sees all. */
export interface Tail {
  /** Resolves when everything that was in the topics at the start has been delivered; rejects as `failed` does. */
  readonly caughtUp: Promise<void>;
  /** Rejects when it cannot go on (KAFKA_UNREADABLE); transient trouble is retried inside. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

export interface TailGroupOptions {
  /** Between two rounds while nothing more waits, ms: asked for after each, so it may follow what the reading is for. */
  readonly gapMs: () => number;
  /** So much longer a round may be put off, ms, until an urgent tail has a record. Left out: not at all. */
  readonly waitMs?: () => number;
  /** All that a round brought has been taken. */
  readonly onRound?: () => void;
}

export interface GroupedTailOptions extends TailOptions {
  /** The next round begins with its next record. */
  readonly urgent?: boolean;
}

/** Tails that share a connection and a request: each costs Kafka next to nothing besides. */
export interface TailGroup {
  /** @throws {CodedError} KAFKA_UNAVAILABLE, also when one of the topics does not exist */
  tail(options: GroupedTailOptions): Promise<Tail>;
  /** Every tail of it ends. */
  stop(): Promise<void>;
}

/** Where one partition is to be looked at: from this offset on. */
export interface LookAt {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

/** Offsets whose records cannot be read: a wrong checksum, an unknown compression. */
export interface Unreadable {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** Records that are made each time they are walked through: a batch at once, or one by one. */
export interface LookedRecords extends Iterable<InRecord> {
  readonly length: number;
  /** Each is made when its turn comes: of many records this is the way that costs least. */
  forEach(take: (record: InRecord) => void): void;
}

/** What one partition held at one look. */
export interface Looked {
  readonly topic: string;
  /** Which topic the name stands for (KIP-516); undefined: Kafka does not tell. */
  readonly topicId: string | undefined;
  readonly partition: number;
  /** Committed records, in order. */
  readonly records: LookedRecords;
  readonly unreadable: readonly Unreadable[];
  /** Where to read on: behind control records and aborted ones too. */
  readonly next: number;
  /** The first offset that is still there. Beyond `from`: what was in between has been deleted. */
  readonly start: number;
  /** The high-water mark when Kafka answered. Below `from`: this is another topic, or a part of it was cut off. */
  readonly end: number;
}

/** Looks at partitions by offset, each time as far as one answer goes: no group, nothing kept, nothing pushed. */
export interface LogReader {
  /**
   * One question to Kafka about all of these.
   *
   * @param waitMs - how long each leader may wait for its first record; left out: not at all.
   * @returns of those that could be answered, in no order; a partition without a leader is left out this time.
   * @throws {CodedError} KAFKA_UNAVAILABLE (retryable)
   */
  look(at: readonly LookAt[], waitMs?: number): Promise<readonly Looked[]>;
  stop(): Promise<void>;
}

export interface LogReaderOptions {
  /** Names of the record headers to read, the others are passed over; left out: all. */
  readonly headers?: readonly string[];
  /** What a look brings of one partition at most, bytes; a batch that is larger comes all the same. Left out: 4 MB. */
  readonly partitionBytes?: number;
}

export interface SubscribeOptions {
  readonly group: string;
  readonly topic: string;
  /**
   * Where this partition is to be read on; undefined: from its start. Asked on every assignment and when the topic was
   * made again, again until it answers.
   *
   * @param end - the partition's end offset.
   * @param topicId - of the topic that the name stands for now, as `KafkaAdmin.topicId` gives it: a position that was
   * kept in a topic of another id is none in this one.
   */
  readonly position: (
    partition: number,
    end: number,
    topicId: string | undefined,
  ) => Promise<number | undefined>;
  /**
   * In order per partition, not empty. Rejects: the same records come again, until it resolves or the partition goes
   * to another member; so it must know what it has taken already.
   *
   * @param topicId - of the topic that these records are from: asked for after they were fetched.
   */
  readonly onRecords: (
    partition: number,
    records: readonly InRecord[],
    topicId: string | undefined,
  ) => Promise<void>;
}

/**
 * A share of a topic's partitions, read from positions that somebody else keeps. What was taken is also committed to
 * Kafka, now and then and without a promise: no reader begins there, but tools show the group's lag.
 */
export interface Subscription {
  /** What is being waited for; undefined: nothing. */
  readonly trouble: string | undefined;
  stop(): Promise<void>;
}

export type Subscribe = (options: SubscribeOptions) => Subscription;

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  /** Topic settings that must hold, for example `cleanup.policy=compact`. */
  readonly config?: Readonly<Record<string, string>>;
}

export interface TopicDescription {
  readonly topic: string;
  /** Replicas of each partition, in order of partitions. */
  readonly replicas: readonly number[];
}

/** A consumer group that has members now. */
export interface ActiveGroup {
  readonly group: string;
  /** What its members call themselves. */
  readonly clients: readonly string[];
  /** What they read. */
  readonly topics: readonly string[];
}

/** A transaction that keeps readers of committed records from everything behind it in its partition. */
export interface HangingTransaction {
  readonly topic: string;
  readonly partition: number;
  /** Of its first record. */
  readonly offset: number;
  readonly producerId: number;
  readonly producerEpoch: number;
}

export interface KafkaAdmin {
  /**
   * Create what is missing; verify partitions and the given settings of what exists, altering settings that differ.
   *
   * @throws {CodedError} KAFKA_TOPIC_MISMATCH when a topic has another number of partitions.
   */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Give these topics more partitions: the records that are there stay where they are. A topic that has as many already
   * is left alone.
   *
   * @throws {CodedError} KAFKA_TOPIC_MISMATCH when one has more than that
   */
  growTopics(specs: readonly Pick<TopicSpec, "topic" | "partitions">[]): Promise<void>;
  listTopics(): Promise<readonly string[]>;
  /** End offsets per partition. */
  endOffsets(topic: string): Promise<readonly number[]>;
  /**
   * Per partition the offset of the first record that is not older than this, epoch ms; the end where there is none. Of
   * the beginning of time (0) it is the first record that is still there.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE, also when there is no such topic
   */
  offsetsAt(topic: string, at: number): Promise<readonly number[]>;
  /** What a consumer group left as its next offsets, per partition; null: nothing. It may lag behind the group. */
  committedOffsets(group: string, topic: string): Promise<readonly number[] | null>;
  partitionsOf(topic: string): Promise<number>;
  /** The same of several; those that do not exist are left out. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  activeGroups(): Promise<readonly ActiveGroup[]>;
  /**
   * Take these transactional ids over: what their producers have begun is aborted, and from then on they are refused.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE
   */
  fence(transactionalIds: readonly string[]): Promise<void>;
  /**
   * Which topic the name stands for: one that is deleted and made again under its name has another id (KIP-516).
   * A kept position is kept with this id, and does not use it in a topic of another.
   *
   * @returns undefined: the brokers are from before Kafka 3.1, and know no ids.
   * @throws {CodedError} KAFKA_UNAVAILABLE, also when there is no such topic
   */
  topicId(topic: string): Promise<string | undefined>;
  /** What is in force for a topic, the broker's defaults included, by the names of the settings. */
  settingsOf(topic: string): Promise<Readonly<Record<string, string>>>;
  /** Every topic, or these that exist: how many replicas each of its partitions has. */
  describeTopics(topics?: readonly string[]): Promise<readonly TopicDescription[]>;
  /**
   * Open transactions in these topics that no coordinator has under way, as of now: one that is there in two looks some
   * seconds apart is never ended (KAFKA-20734). Topics that do not exist are passed over.
   *
   * @returns empty also for a Kafka before 3.0, which does not tell, and of topics that this client may not read.
   */
  hangingTransactions(topics: readonly string[]): Promise<readonly HangingTransaction[]>;
  /** Also what waits in them; topics that do not exist are passed over. */
  deleteTopics(topics: readonly string[]): Promise<void>;
  clusterId(): Promise<string>;
  close(): Promise<void>;
}

/** Everything a stage may do with Kafka. */
export interface Kafka {
  producer(options?: { readonly timeoutMs?: number; readonly lingerMs?: number }): Promise<Producer>;
  processor(options: ProcessorOptions): Promise<Processor>;
  tail(options: TailOptions): Promise<Tail>;
  /** Opens no connection before its first tail. */
  tailGroup(options: TailGroupOptions): TailGroup;
  /** Opens no connection before the first look. */
  logReader(options: LogReaderOptions): LogReader;
  admin(): Promise<KafkaAdmin>;
}

/** Keys of the loop's own offset records in a state topic: `\u0000offset:<input topic>`; `parsePosition` reads the value. */
export const OFFSET_KEY = "\u0000offset:";

export interface PartitionView {
  readonly partition: number;
  /** -1: none at the moment. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** What a cluster says of itself, connected at the first question. Only `appear` may create a topic. */
export interface ClusterView {
  brokers(): Promise<readonly number[]>;
  topics(): Promise<readonly string[]>;
  /** Ascending; undefined: no such topic. `fresh` asks Kafka even if the answer is remembered. */
  partitions(topic: string, fresh?: boolean): Promise<readonly PartitionView[] | undefined>;
  /**
   * The partitions of a topic that is not there, where the brokers make such topics (`auto.create.topics.enable`), as
   * Java's producer has them made. undefined: they do not.
   */
  appear(topic: string): Promise<readonly PartitionView[] | undefined>;
  /** Every setting of the topic, defaults too; null where it is secret. */
  configs(topic: string): Promise<Readonly<Record<string, string | null>>>;
  /** First offset, and the next one to be written. */
  offsets(topic: string, partition: number): Promise<{ readonly beginning: number; readonly end: number }>;
  close(): Promise<void>;
}
