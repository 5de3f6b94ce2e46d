/** An open serial line, whatever is behind it. */
export interface SerialLine {
  /**
   * Resolves once the operating system took the bytes: not when the device read them.
   *
   * @throws {CodedError} SERIAL_TIMEOUT when the line takes nothing, SERIAL_OPEN_FAILED when it is gone.
   */
  write(bytes: Buffer): Promise<void>;
  /** Never fails and never waits for ever. After it no handler is called. */
  close(): Promise<void>;
}

export interface SerialLineHandlers {
  readonly onData: (chunk: Buffer) => void;
  /** The line is gone, once, with the reason in words: unplugged, or an error. */
  readonly onLost: (reason: string) => void;
}

/** @throws {CodedError} SERIAL_OPEN_FAILED, SERIAL_TIMEOUT */
export type OpenSerialLine = (path: string, handlers: SerialLineHandlers) => Promise<SerialLine>;
