import { SerialPort, type SerialPortMock } from "serialport";
import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import { systemBinding } from "./hangup.ts";
import type { OpenSerialLine, SerialLine, SerialLineHandlers } from "./serial-line.ts";
import { LINE_LIMITS, within } from "./within.ts";

/**
 * What is used of the library's port, so that its mock binding fits as well as the system's.
 *
 * `drain` is not: tcdrain() holds one of libuv's four threads until a device that hangs has read everything, so four
 * hung devices would stop every file and socket of the process; and on a pty it returns at once with bytes unread.
 */
type Port = Pick<SerialPort, "isOpen"> & {
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Buffer, done: (error: Error | null | undefined) => void): boolean;
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  on(event: "close", listener: (error: Error | null) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
};

export interface SerialOptions {
  readonly clock: Clock;
  /** Bits per second; 8 data bits, no parity, 1 stop bit. */
  readonly baudRate: number;
  /** Instead of the system's serial ports. */
  readonly binding?: (typeof SerialPort)["binding"] | (typeof SerialPortMock)["binding"];
}

/** Lines through the `serialport` library, raw and locked against a second opener. */
export function serialLines(options: SerialOptions): OpenSerialLine {
  const { clock, baudRate, binding } = options;
  return async (path, handlers) => {
    // The read buffer is allocated per port and whole: 64 KiB by default, times 372.
    const common = { path, baudRate, autoOpen: false, highWaterMark: 4096 };
    const port = new SerialPort({ ...common, binding: binding ?? systemBinding } as ConstructorParameters<
      typeof SerialPort
    >[0]) as unknown as Port;
    const line = new SerialPortLine(port, path, handlers, clock);
    await line.open();
    return line;
  };
}

class SerialPortLine implements SerialLine {
  readonly #port: Port;
  readonly #path: string;
  readonly #clock: Clock;
  #handlers: SerialLineHandlers | null;

  constructor(port: Port, path: string, handlers: SerialLineHandlers, clock: Clock) {
    this.#port = port;
    this.#path = path;
    this.#clock = clock;
    this.#handlers = handlers;
    port.on("data", (chunk) => this.#handlers?.onData(chunk));
    port.on("close", () => this.#lost("unplugged"));
    port.on("error", (error) => this.#lost(messageOf(error)));
  }

  async open(): Promise<void> {
    let late = false;
    try {
      await this.#within(LINE_LIMITS.openMs, "open", (done) =>
        this.#port.open((error) => {
          done(error);
          // It opened too late. It must not stay open, or it would keep the lock.
          if (late && !error) this.#port.close(() => {});
        }),
      );
    } catch (cause) {
      late = true;
      this.#handlers = null;
      if (cause instanceof CodedError) throw cause;
      throw new CodedError("SERIAL_OPEN_FAILED", {
        message: `cannot open ${this.#path}: ${messageOf(cause)}`,
        retryable: true,
        context: { path: this.#path },
        cause,
      });
    }
  }

  write(bytes: Buffer): Promise<void> {
    return this.#within(LINE_LIMITS.writeMs, "write", (done) => this.#port.write(bytes, done));
  }

  async close(): Promise<void> {
    this.#handlers = null;
    if (!this.#port.isOpen) return;
    await this.#within(LINE_LIMITS.closeMs, "close", (done) => this.#port.close(done)).catch(() => {});
  }

  #lost(reason: string): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    handlers?.onLost(reason);
  }

  #within(ms: number, what: string, start: (done: (error?: Error | null) => void) => void): Promise<void> {
    return within({ clock: this.#clock, path: this.#path, what, ms }, start);
  }
}
