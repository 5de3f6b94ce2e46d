import { connect, type Socket } from "node:net";
import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import { firstLine, parseLinePath, printRequest, type TcpAddress } from "../../schemas/wire/tcp-link.ts";
import type { OpenSerialLine, SerialLine, SerialLineHandlers } from "./serial-line.ts";
import { LINE_LIMITS, within } from "./within.ts";

/** A server whose machine is gone is noticed after this silence and ten probes, a second apart. Milliseconds. */
const KEEPALIVE_MS = 5_000;

const ANSWERS: Readonly<Record<string, string>> = {
  GONE: "no such line is plugged in there",
  BUSY: "somebody else has it open",
};

/** A connection to a server of lines: small frames, so nothing is held back to be sent together. */
export function connectTo({ host, port }: TcpAddress): Socket {
  return connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS });
}

/** Lines of a serial device server: paths are `tcp://host:port/device`. */
export function tcpLines(clock: Clock): OpenSerialLine {
  return async (path, handlers) => {
    const { address, deviceId } = parseLinePath(path);
    const socket = connectTo(address);
    try {
      await within({ clock, path, what: "open", ms: LINE_LIMITS.openMs }, (done) =>
        openLine(socket, deviceId, done),
      );
    } catch (cause) {
      socket.destroy();
      if (cause instanceof CodedError) throw cause;
      throw new CodedError("SERIAL_OPEN_FAILED", {
        message: `cannot open ${path}: ${messageOf(cause)}`,
        retryable: true,
        context: { path },
        cause,
      });
    }
    return new TcpLine(socket, path, handlers, clock);
  };
}

/** Ask for the line; after `OK` every byte is the device's, and waits in the paused socket. */
function openLine(socket: Socket, deviceId: string, done: (error?: Error) => void): void {
  let heard = Buffer.alloc(0);
  const hear = (chunk: Buffer): void => {
    heard = Buffer.concat([heard, chunk]);
    try {
      const answer = firstLine(heard);
      if (!answer) return;
      socket.pause();
      socket.off("data", hear);
      if (answer.rest.length > 0) socket.unshift(answer.rest);
      done(answer.line === "OK" ? undefined : new Error(ANSWERS[answer.line] ?? `it said "${answer.line}"`));
    } catch (error) {
      done(error as Error);
    }
  };
  socket.on("data", hear);
  // Kept for the socket's life: an error that comes later is told by `close`.
  socket.on("error", done);
  socket.once("close", () => done(new Error("the connection ended before an answer")));
  socket.write(printRequest({ kind: "open", deviceId }));
}

class TcpLine implements SerialLine {
  readonly #socket: Socket;
  readonly #path: string;
  readonly #clock: Clock;
  #handlers: SerialLineHandlers | null;

  constructor(socket: Socket, path: string, handlers: SerialLineHandlers, clock: Clock) {
    this.#socket = socket;
    this.#path = path;
    this.#clock = clock;
    this.#handlers = handlers;
    socket.on("close", () => this.#lost());
    if (socket.destroyed) setImmediate(() => this.#lost());
    // Only once the opener of the line knows of it.
    socket.on("data", (chunk: Buffer) => this.#handlers?.onData(chunk));
    setImmediate(() => socket.resume());
  }

  write(bytes: Buffer): Promise<void> {
    return within({ clock: this.#clock, path: this.#path, what: "write", ms: LINE_LIMITS.writeMs }, (done) =>
      this.#socket.write(bytes, done),
    );
  }

  async close(): Promise<void> {
    this.#handlers = null;
    if (this.#socket.destroyed) return;
    await within({ clock: this.#clock, path: this.#path, what: "close", ms: LINE_LIMITS.closeMs }, (done) => {
      this.#socket.once("close", () => done());
      // What was written leaves first: it may be the last ACK.
      this.#socket.destroySoon();
    }).catch(() => this.#socket.destroy());
  }

  #lost(): void {
    const handlers = this.#handlers;
    this.#handlers = null;
    handlers?.onLost("unplugged");
  }
}
