/** The Schema Registry as the proxy needs it. Every method remembers what it learnt. */
export interface Schemas {
  /**
   * The id of this schema under this subject, registering it where it is new.
   *
   * @throws {CodedError} REGISTRY_INCOMPATIBLE, REGISTRY_UNAVAILABLE
   */
  idOf(subject: string, text: string): Promise<number>;
  /**
   * The text of the schema that has this id under this subject.
   *
   * @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA — no such id, or not under this subject; REGISTRY_UNAVAILABLE
   */
  textOf(subject: string, id: number): Promise<string>;
}

export interface PartitionView {
  readonly partition: number;
  /** -1: none at the moment. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

/** What the metadata part of the API tells of Kafka. Topics are never created by asking. */
export interface Cluster {
  brokers(): Promise<readonly number[]>;
  topics(): Promise<readonly string[]>;
  /** Ascending; undefined: no such topic. `fresh` asks Kafka even if the answer is remembered. */
  partitions(topic: string, fresh?: boolean): Promise<readonly PartitionView[] | undefined>;
  /** Every setting of the topic, defaults too; null where it is secret. */
  configs(topic: string): Promise<Readonly<Record<string, string | null>>>;
  /** First offset, and the next one to be written. */
  offsets(topic: string, partition: number): Promise<{ readonly beginning: number; readonly end: number }>;
  close(): Promise<void>;
}
