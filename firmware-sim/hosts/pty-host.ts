import {
  closeSync,
  mkdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { requireBinary } from "@lydell/node-pty/requireBinary.js";
import { Poller } from "@serialport/bindings-cpp/dist/poller.js";
import { SerialPort } from "serialport";
import { CodedError } from "../../schemas/errors.ts";
import type { HostPort, LineAddress, SerialHost } from "./ports.ts";

const READ_BYTES = 4096;

/**
 * Serial lines as pseudo-terminals, each published as the symbolic link `<folder>/<station>/<device>`.
 *
 * Only the native `open` of node-pty is used: its Terminal class reads its own slave, may spin on a full line, and
 * its `destroy` sends SIGHUP to every process. Writes go to the non-blocking master, EAGAIN means "line full".
 */
export class PtyHost implements SerialHost {
  readonly #folder: string;
  readonly #baudRate: number;

  /** @param folder - emptied here: links that an earlier process left would lead to other devices' terminals. */
  constructor(folder: string, baudRate = 115_200) {
    this.#folder = folder;
    this.#baudRate = baudRate;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }

  async plug(address: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort> {
    const { master, slave, pty } = openPty(address);
    try {
      await makeRaw(pty, this.#baudRate);
      return new PtyPort(master, slave, this.#publish(address, pty), onBytes);
    } catch (cause) {
      closeSync(slave);
      closeSync(master);
      throw openFailed(address, cause);
    }
  }

  /** By link and rename: a watcher of the folder never sees a link that is not the line. */
  #publish({ stationId, deviceId }: LineAddress, pty: string): string {
    const folder = join(this.#folder, String(stationId));
    const path = join(folder, deviceId);
    const hidden = join(folder, `.${deviceId}.new`);
    mkdirSync(folder, { recursive: true });
    rmSync(hidden, { force: true });
    symlinkSync(pty, hidden);
    renameSync(hidden, path);
    return path;
  }
}

function openFailed({ deviceId }: LineAddress, cause: unknown): CodedError {
  return new CodedError("SERIAL_OPEN_FAILED", {
    message: `no pseudo-terminal for ${deviceId}: ${String(cause)} (is /proc/sys/kernel/pty/max reached?)`,
    retryable: true,
    context: { deviceId },
    cause,
  });
}

function openPty(address: LineAddress): { master: number; slave: number; pty: string } {
  try {
    return requireBinary("pty.node").open(80, 24);
  } catch (cause) {
    throw openFailed(address, cause);
  }
}

/** A terminal starts cooked, with echo. Opening it once as a serial port leaves it raw, before anybody knows it. */
async function makeRaw(pty: string, baudRate: number): Promise<void> {
  const port = await SerialPort.binding.open({ path: pty, baudRate, lock: false, hupcl: false });
  await port.close();
}

class PtyPort implements HostPort {
  readonly path: string;
  readonly #master: number;
  /** Never read: kept open so that an agent's exit does not end the line. */
  readonly #slave: number;
  readonly #poller: Poller;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  #plugged = true;

  constructor(master: number, slave: number, path: string, onBytes: (bytes: Buffer) => void) {
    this.#master = master;
    this.#slave = slave;
    this.path = path;
    this.#onBytes = onBytes;
    this.#poller = new Poller(master);
    this.#awaitBytes();
  }

  write(bytes: Uint8Array): number {
    if (!this.#plugged) return 0;
    try {
      return writeSync(this.#master, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return 0;
      throw error;
    }
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    // The link first: a terminal's number is used again at once, and the link would lead to another device.
    unlinkSync(this.path);
    this.#poller.stop();
    this.#poller.destroy();
    closeSync(this.#slave);
    closeSync(this.#master);
  }

  #awaitBytes(): void {
    this.#poller.once("readable", (error: Error | null) => {
      if (error || !this.#plugged) return;
      this.#read();
      if (this.#plugged) this.#awaitBytes();
    });
  }

  #read(): void {
    let size = 0;
    try {
      size = readSync(this.#master, this.#buffer, 0, READ_BYTES, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
    if (size > 0) this.#onBytes(Buffer.from(this.#buffer.subarray(0, size)));
  }
}
