import type { HostPort, LineAddress, SerialHost } from "../ports.ts";

/** For tests: a line without a system under it. What the device writes lies in `sent` until the test takes it. */
export class Cable implements SerialHost {
  /** Bytes that may lie unread before the line is full. */
  capacity = 19_552;
  plugs = 0;
  #sent: Buffer[] = [];
  #hear: ((bytes: Buffer) => void) | undefined;

  get plugged(): boolean {
    return this.#hear !== undefined;
  }

  async plug(_: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort> {
    this.#hear = onBytes;
    this.plugs += 1;
    return {
      path: "cable",
      write: (bytes) => {
        const room = this.capacity - this.#sent.reduce((sum, b) => sum + b.length, 0);
        const taken = Buffer.from(bytes.subarray(0, Math.max(0, room)));
        if (taken.length > 0) this.#sent.push(taken);
        return taken.length;
      },
      unplug: () => {
        this.#hear = undefined;
        this.#sent = [];
      },
    };
  }

  /** All bytes the device sent since the last call. */
  take(): Buffer {
    const all = Buffer.concat(this.#sent);
    this.#sent = [];
    return all;
  }

  /** An agent sends; nothing when unplugged. */
  send(bytes: Buffer): void {
    this.#hear?.(bytes);
  }
}
