import { SerialPortMock } from "serialport";
import { CodedError } from "../../../schemas/errors.ts";
import type { HostPort, LineAddress, SerialHost } from "../ports.ts";

const mock = SerialPortMock.binding;
type MockPort = Awaited<ReturnType<typeof mock.open>>;

/** Bytes that an agent has not read yet before the line counts as full; a Linux pseudo-terminal takes 19,552. */
const LINE_BYTES = 19_552;

/**
 * The mock binding of `serialport` as a host, with what it lacks: unplugging, a line that fills up, and a write that
 * is cut short by the unplug. Agents under test open `binding` instead of the real one.
 */
export class MockHost implements SerialHost {
  readonly #ports = new Map<string, MockLine>();

  /** For `new SerialPortMock({ binding, path, … })`, whose own binding it replaces. */
  get binding(): typeof mock {
    return { ...mock, open: (options) => this.#open(options) };
  }

  async plug({ stationId, deviceId }: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort> {
    const path = `/mock/${stationId}/${deviceId}`;
    if (this.#ports.has(path)) {
      throw new CodedError("SERIAL_OPEN_FAILED", {
        message: `${path} is plugged in already`,
        retryable: false,
        context: { deviceId },
      });
    }
    mock.createPort(path);
    const line = new MockLine(path, onBytes, () => this.#ports.delete(path));
    this.#ports.set(path, line);
    return line;
  }

  /** Let the next write on this line pass only so many bytes and then pull the plug in the middle of it. */
  cutNextWrite(path: string, afterBytes: number): void {
    this.#ports.get(path)?.cutNextWrite(afterBytes);
  }

  async #open(options: Parameters<typeof mock.open>[0]): Promise<MockPort> {
    const line = this.#ports.get(options.path);
    if (!line) throw new Error(`Error: No such file or directory, cannot open ${options.path}`);
    const port = await mock.open(options);
    line.attach(port);
    return port;
  }
}

class MockLine implements HostPort {
  readonly path: string;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #onUnplug: () => void;
  #port: MockPort | undefined;
  /** Sent while the line was not open: a terminal keeps it too. */
  #unread = Buffer.alloc(0);
  #plugged = true;
  #cutAfter: number | undefined;
  /** Rejects at the unplug: what an open read then sees. */
  readonly #pulled: Promise<never>;
  #pull: () => void = () => {};

  constructor(path: string, onBytes: (bytes: Buffer) => void, onUnplug: () => void) {
    this.path = path;
    this.#onBytes = onBytes;
    this.#onUnplug = onUnplug;
    this.#pulled = new Promise((_, reject) => {
      this.#pull = () => reject(disconnected());
    });
    this.#pulled.catch(() => {});
  }

  write(bytes: Uint8Array): number {
    if (!this.#plugged) return 0;
    const waiting = this.#port?.isOpen ? (this.#port.port?.data.length ?? 0) : this.#unread.length;
    const taken = Buffer.from(bytes.subarray(0, Math.max(0, LINE_BYTES - waiting)));
    if (taken.length === 0) return 0;
    if (this.#port?.isOpen) this.#port.emitData(taken);
    else this.#unread = Buffer.concat([this.#unread, taken]);
    return taken.length;
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#onUnplug();
    this.#pull();
  }

  cutNextWrite(afterBytes: number): void {
    this.#cutAfter = afterBytes;
  }

  attach(port: MockPort): void {
    this.#port = port;
    const read = port.read.bind(port);
    port.read = (buffer, offset, length) => Promise.race([this.#pulled, read(buffer, offset, length)]);
    const write = port.write.bind(port);
    port.write = async (buffer) => {
      if (!this.#plugged) throw disconnected();
      await write(buffer);
      const cut = this.#cutAfter;
      this.#cutAfter = undefined;
      if (this.#plugged) this.#onBytes(Buffer.from(cut === undefined ? buffer : buffer.subarray(0, cut)));
      if (cut !== undefined) this.unplug();
      if (!this.#plugged) throw disconnected();
    };
    const unread = this.#unread;
    this.#unread = Buffer.alloc(0);
    if (unread.length > 0) port.emitData(unread);
  }
}

/** As the real binding reports a device that was pulled out. */
function disconnected(): Error {
  return Object.assign(new Error("Reading from serial port (bytesRead: 0): disconnected"), {
    disconnected: true,
  });
}
