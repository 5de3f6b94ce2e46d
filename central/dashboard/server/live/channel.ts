import type { Server as HttpServer } from "node:http";
import { Server, type Socket } from "socket.io";
import type { Clock } from "../../../../infra/runtime/clock.ts";
import { type AccessRules, checkAccess } from "../../../../infra/runtime/http/access.ts";
import type { Logger } from "../../../../infra/runtime/logger.ts";
import { messageOf } from "../../../../schemas/errors.ts";
import type { PageEvents, ServerEvents, Shown } from "../../../../schemas/page/page.ts";
import type { Versions } from "../view/versions.ts";
import type { Viewers } from "./viewers.ts";

type PageSocket = Socket<PageEvents, ServerEvents>;

export interface ChannelOptions {
  readonly versions: Versions;
  readonly viewers: Viewers;
  readonly clock: Clock;
  readonly access: AccessRules;
  readonly logger: Logger;
}

/** Those who have the newest version: a delta is encoded once for all of them. */
const CURRENT = "current";
/** A page has nothing long to say. */
const MAX_MESSAGE_BYTES = 1_024;

/**
 * Pages over Socket.IO, by websocket only: any number of servers behind any proxy, without sticky sessions.
 *
 * Nothing is ever queued for a page: one whose connection still carries the last message gets nothing now, and one
 * delta to the newest version once it can take it.
 */
export class Channel {
  readonly #io: Server<PageEvents, ServerEvents>;
  readonly #versions: Versions;
  readonly #viewers: Viewers;
  readonly #clock: Clock;
  /** The version each page was last sent. */
  readonly #sent = new Map<PageSocket, number>();

  constructor(http: HttpServer, { versions, viewers, clock, access, logger }: ChannelOptions) {
    this.#versions = versions;
    this.#viewers = viewers;
    this.#clock = clock;
    this.#io = new Server(http, {
      transports: ["websocket"],
      serveClient: false,
      // A WebSocket may be opened from any page: no browser asks the server first.
      allowRequest: ({ headers, socket }, answer) => {
        try {
          checkAccess({ headers, localAddress: socket.localAddress }, access);
          answer(null, true);
        } catch (error) {
          logger.warn({ reason: messageOf(error) }, "a page was not let in");
          answer(messageOf(error), false);
        }
      },
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: 5_000,
      pingTimeout: 5_000,
    });
    this.#io.on("connection", (socket: PageSocket) => this.#join(socket));
  }

  get pages(): number {
    return this.#sent.size;
  }

  /** Bring every page that can take it to the newest version. @param before - the version of the last call. */
  publish(before: number): void {
    const { version } = this.#versions;
    const now = this.#clock.now();
    for (const [socket, sent] of this.#sent) {
      if (sent === version) continue;
      const ready = socket.conn.transport.writable;
      if (sent === before && ready) {
        this.#sent.set(socket, version);
        continue;
      }
      // Behind, or busy: out of the common delta, until it has caught up by one of its own.
      void socket.leave(CURRENT);
      if (!ready) continue;
      const delta = this.#versions.since(sent, now);
      if (delta) socket.emit("delta", delta);
      this.#sent.set(socket, version);
    }
    const delta = this.#versions.since(before, now);
    if (delta) this.#io.to(CURRENT).emit("delta", delta);
    for (const [socket, sent] of this.#sent) if (sent === version) void socket.join(CURRENT);
  }

  close(): Promise<void> {
    this.#io.disconnectSockets(true);
    return new Promise((resolve) => {
      // The HTTP server is its owner's: only the upgrade handler ends here.
      this.#io.engine.close();
      resolve();
    });
  }

  #join(socket: PageSocket): void {
    this.#snapshot(socket);
    socket.on("resync", () => this.#snapshot(socket));
    socket.on("shown", (shown: unknown) => {
      const valid = parseShown(shown);
      if (valid) this.#viewers.report(socket.id, valid, this.#clock.monotonic());
    });
    socket.on("disconnect", () => {
      this.#sent.delete(socket);
      this.#viewers.leave(socket.id);
    });
  }

  #snapshot(socket: PageSocket): void {
    socket.emit("snapshot", this.#versions.snapshot(this.#clock.now()));
    this.#sent.set(socket, this.#versions.version);
    void socket.join(CURRENT);
  }
}

/** What comes from a browser is anybody's. */
function parseShown(message: unknown): Shown | null {
  if (typeof message !== "object" || message === null) return null;
  const { version, entries } = message as Partial<Record<keyof Shown, unknown>>;
  if (typeof version !== "number" || !Number.isSafeInteger(version)) return null;
  if (entries !== null && (typeof entries !== "number" || !Number.isSafeInteger(entries))) return null;
  return { version, entries };
}
