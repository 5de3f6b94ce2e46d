/** Which line: it is published as `<station>/<device>`. */
export interface LineAddress {
  readonly stationId: number;
  readonly deviceId: string;
}

/** The device's end of one serial line that is plugged in. */
export interface HostPort {
  /** What an agent opens. */
  readonly path: string;
  /**
   * Put bytes on the line without waiting.
   *
   * @returns how many were taken, from the front; fewer than all: the line is full, keep the rest.
   */
  write(bytes: Uint8Array): number;
  /** Pull the plug: the path goes first, then an agent that has it open sees it close. Twice is once. */
  unplug(): void;
}

/** Where lines can be plugged in: pseudo-terminals, or the mock binding of `serialport`. */
export interface SerialHost {
  /**
   * Publish a line. What an agent sends on it comes to `onBytes`, in order, until `unplug`.
   *
   * @throws {CodedError} SERIAL_OPEN_FAILED
   */
  plug(address: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort>;
}
