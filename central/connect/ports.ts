/** A connector's settings as Connect takes them: all values are text. */
export type ConnectorConfig = Readonly<Record<string, string>>;

export interface TaskStatus {
  readonly id: number;
  /** RUNNING, FAILED, PAUSED, UNASSIGNED, RESTARTING */
  readonly state: string;
  /** Of a failed one: Java's stack trace. */
  readonly trace?: string;
}

export interface ConnectorStatus {
  readonly name: string;
  readonly state: string;
  readonly trace?: string;
  readonly tasks: readonly TaskStatus[];
}

/** What Connect finds wrong with one setting. */
export interface SettingProblem {
  readonly setting: string;
  readonly errors: readonly string[];
}

/**
 * Kafka Connect's REST API. Every method waits while Connect starts or rebalances, up to a bound.
 *
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE; CONNECT_FAILED when it refuses.
 */
export interface Connect {
  /** Class names of the connectors that are installed. */
  plugins(): Promise<readonly string[]>;
  validate(config: ConnectorConfig): Promise<readonly SettingProblem[]>;
  connectors(): Promise<readonly string[]>;
  /** undefined: no such connector. */
  config(name: string): Promise<ConnectorConfig | undefined>;
  /** Create or replace. */
  put(name: string, config: ConnectorConfig): Promise<void>;
  /** undefined: no such connector, or one that no worker has taken up yet. */
  status(name: string): Promise<ConnectorStatus | undefined>;
  /** The connector and all its tasks. @returns false: no such connector. */
  restart(name: string): Promise<boolean>;
  /** End a connector and forget how far it had read, so that one of its name begins again. */
  forgetOffsets(name: string): Promise<void>;
  /** @returns false: there was none. */
  remove(name: string): Promise<boolean>;
}
