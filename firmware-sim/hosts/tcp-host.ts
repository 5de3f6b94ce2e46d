import { createServer, type Server, type Socket } from "node:net";
import type { Clock } from "../../infra/runtime/clock.ts";
import { listen } from "../../infra/runtime/http/listen.ts";
import { CodedError } from "../../schemas/errors.ts";
import { firstLine, linePath, parseRequest, TCP_LINK, type TcpAddress } from "../../schemas/wire/tcp-link.ts";
import type { HostPort, LineAddress, SerialHost } from "./ports.ts";

/** Bytes kept for a client that does not read, beyond what the system's socket buffers take. */
const LINE_BYTES = 19_552;
/** A client whose machine is gone is noticed after this silence and ten probes, a second apart. Milliseconds. */
const KEEPALIVE_MS = 5_000;

/** Serial lines on one TCP port, as a serial device server has them: each for one client at a time. */
export class TcpHost implements SerialHost {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #lines = new Map<string, TcpLine>();
  /** Who wants to know of a station's lines. */
  readonly #lists = new Map<Socket, number>();
  readonly #sockets = new Set<Socket>();
  #address: TcpAddress;
  #stopBeat: () => void;

  /** @throws {CodedError} PORT_TAKEN */
  static async listen(address: TcpAddress, clock: Clock): Promise<TcpHost> {
    const host = new TcpHost(address, clock);
    const { port } = await listen(host.#server, address.port, address.host);
    host.#address = { ...address, port };
    return host;
  }

  private constructor(address: TcpAddress, clock: Clock) {
    this.#address = address;
    this.#clock = clock;
    this.#server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEPALIVE_MS },
      (s) => this.#welcome(s),
    );
    this.#stopBeat = clock.every(TCP_LINK.beatMs, () => {
      for (const socket of this.#lists.keys()) tell(socket, "\n");
    });
  }

  /** Where it listens. */
  get address(): TcpAddress {
    return this.#address;
  }

  has(deviceId: string): boolean {
    return this.#lines.has(deviceId);
  }

  async plug(address: LineAddress, onBytes: (bytes: Buffer) => void): Promise<HostPort> {
    const { stationId, deviceId } = address;
    if (this.#lines.has(deviceId)) {
      throw new CodedError("SERIAL_OPEN_FAILED", {
        message: `${deviceId} is plugged in already`,
        retryable: false,
        context: { deviceId },
      });
    }
    const line = new TcpLine(stationId, linePath(this.#address, deviceId), onBytes, () => {
      this.#lines.delete(deviceId);
      this.#announce(stationId, `-${deviceId}\n`);
    });
    this.#lines.set(deviceId, line);
    this.#announce(stationId, `+${deviceId}\n`);
    return line;
  }

  async close(): Promise<void> {
    this.#stopBeat();
    for (const line of [...this.#lines.values()]) line.unplug();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #announce(stationId: number, text: string): void {
    for (const [socket, wanted] of this.#lists) if (wanted === stationId) tell(socket, text);
  }

  #welcome(socket: Socket): void {
    this.#sockets.add(socket);
    const tooLate = this.#clock.after(TCP_LINK.askMs, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => {
      tooLate();
      this.#sockets.delete(socket);
      this.#lists.delete(socket);
    });
    let asked = Buffer.alloc(0);
    const hear = (chunk: Buffer): void => {
      asked = Buffer.concat([asked, chunk]);
      const found = lineOf(asked);
      if (found === null) return;
      tooLate();
      socket.off("data", hear);
      this.#answer(socket, found.line, found.rest);
    };
    socket.on("data", hear);
  }

  #answer(socket: Socket, text: string, rest: Buffer): void {
    const request = parseRequest(text);
    if (request?.kind === "open") {
      const line = this.#lines.get(request.deviceId);
      if (line && !line.taken) line.attach(socket, rest);
      else socket.end(line ? "BUSY\n" : "GONE\n");
    } else if (request?.kind === "list") {
      this.#lists.set(socket, request.stationId);
      for (const [deviceId, { stationId }] of this.#lines) {
        if (stationId === request.stationId) tell(socket, `+${deviceId}\n`);
      }
    } else {
      socket.end("ERROR ask LIST <station> or OPEN <device>\n");
    }
    socket.resume();
  }
}

/** Something else than a line, whatever it is, is answered as an unknown request. */
function lineOf(bytes: Buffer): { readonly line: string; readonly rest: Buffer } | null {
  try {
    return firstLine(bytes);
  } catch {
    return { line: "", rest: Buffer.alloc(0) };
  }
}

/** A client that lets a list pile up is none. */
function tell(socket: Socket, text: string): void {
  if (socket.writableLength > LINE_BYTES) socket.destroy();
  else socket.write(text);
}

class TcpLine implements HostPort {
  readonly stationId: number;
  readonly path: string;
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #onUnplug: () => void;
  #socket: Socket | undefined;
  #plugged = true;

  constructor(stationId: number, path: string, onBytes: (bytes: Buffer) => void, onUnplug: () => void) {
    this.stationId = stationId;
    this.path = path;
    this.#onBytes = onBytes;
    this.#onUnplug = onUnplug;
  }

  /** Does a client have it open? */
  get taken(): boolean {
    return this.#socket !== undefined;
  }

  attach(socket: Socket, rest: Buffer): void {
    this.#socket = socket;
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    socket.write("OK\n");
    const hear = (bytes: Buffer): void => {
      if (this.#plugged) this.#onBytes(bytes);
    };
    if (rest.length > 0) hear(rest);
    socket.on("data", hear);
  }

  /** Without a reader a line is full: what the device has to say stays with it. */
  write(bytes: Uint8Array): number {
    const socket = this.#socket;
    if (!socket?.writable) return 0;
    const taken = Buffer.from(bytes.subarray(0, Math.max(0, LINE_BYTES - socket.writableLength)));
    if (taken.length > 0) socket.write(taken);
    return taken.length;
  }

  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#onUnplug();
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}
