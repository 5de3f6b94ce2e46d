/** A connection to a gateway. Nothing of it outlives it: a new one is made each time. */
export interface Connection {
  /**
   * Resolves at the PUBACK.
   *
   * @throws {CodedError} UPLINK_LOST when the connection ends first: the gateway may or may not have it.
   */
  publish(topic: string, payload: Buffer): Promise<void>;
  /** Say goodbye (no will is sent), at most for `graceMs`, then end. */
  close(): Promise<void>;
}

export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
}

export interface MqttConnectOptions {
  readonly url: string;
  /** Client id and user name: the station's id. */
  readonly clientId: string;
  readonly will: Will;
  /** No answer to TCP, CONNECT or SUBSCRIBE within this time, ms: no gateway. */
  readonly withinMs: number;
  /** Subscribed before `connect` resolves. */
  readonly subscribe: string;
  readonly onMessage: (topic: string, payload: Buffer) => void;
  /** Once, whatever ended it; not after `close`. */
  readonly onLost: (reason: string) => void;
}

/** @throws {CodedError} UPLINK_LOST (no gateway answers), GATEWAY_REFUSED (it will not have us) */
export type MqttConnect = (options: MqttConnectOptions) => Promise<Connection>;
