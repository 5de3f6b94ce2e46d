import type { Duplex } from "node:stream";
import { PacketLimit } from "./packet-limit.ts";

export interface GuardOptions {
  readonly maxPacketBytes: number;
  /** Asked before each read: true leaves the bytes in the socket, so that the sender feels it. */
  readonly full: () => boolean;
  /** A packet is too long: nothing more is read. */
  readonly onOversize: () => void;
  /** Monotonic, ms. */
  readonly now: () => number;
}

export interface SocketGuard {
  /** Since when bytes are held back, monotonic ms. */
  readonly heldSince: number | undefined;
  /** Read on, if it was held back. */
  resume(): void;
  /** Throw away whatever still comes. */
  discard(): void;
}

/**
 * Stands between a socket and Aedes, which takes what `read()` returns: holds bytes back while Kafka is slow, and
 * stops a packet that is too long.
 */
export function guard(socket: Duplex, options: GuardOptions): SocketGuard {
  const read = socket.read.bind(socket);
  const limit = new PacketLimit(options.maxPacketBytes);
  let heldSince: number | undefined;
  let discarding = false;
  socket.read = (size?: number): Buffer | null => {
    // Node's own read(0) only asks the kernel for more.
    if (size === 0) return read(0) as Buffer | null;
    if (!discarding && options.full()) {
      heldSince ??= options.now();
      return null;
    }
    heldSince = undefined;
    const chunk = read(size) as Buffer | null;
    if (discarding || chunk === null) return null;
    if (limit.accept(chunk)) return chunk;
    discarding = true;
    options.onOversize();
    return null;
  };
  return {
    get heldSince() {
      return heldSince;
    },
    resume() {
      if (heldSince === undefined) return;
      heldSince = undefined;
      socket.emit("readable");
    },
    discard() {
      discarding = true;
      socket.read = read;
      socket.removeAllListeners("readable");
      socket.on("data", () => {});
      socket.resume();
    },
  };
}
