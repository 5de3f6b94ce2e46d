/** What is known of somebody's solution: what its programs left in the servers. */
export interface CourseFacts {
  readonly topics: readonly TopicFacts[];
  /** Field names of the newest schema, by subject; a schema without fields has none. */
  readonly subjects: ReadonlyMap<string, readonly string[]>;
  /** Undefined: Connect does not answer. */
  readonly connectors: readonly ConnectorFacts[] | undefined;
  /** Undefined: no ksql server answers. */
  readonly tables: readonly TableFacts[] | undefined;
  /** Groups that committed an offset, by topic. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
}

export interface TopicFacts {
  readonly name: string;
  /** Records, of all its partitions. */
  readonly written: number;
  /** The first records, some hundreds at most. */
  readonly samples: readonly RecordSample[];
}

export interface RecordSample {
  readonly key: RecordSide;
  readonly value: RecordSide;
}

/** A key or a value, decoded where it could be. */
export interface RecordSide {
  readonly format: "none" | "avro" | "json" | "text" | "bytes";
  readonly content: unknown;
}

export interface ConnectorFacts {
  readonly name: string;
  readonly state: string;
  /** Of each task. */
  readonly tasks: readonly string[];
}

/** A table of ksql. */
export interface TableFacts {
  readonly name: string;
  readonly topic: string;
}
