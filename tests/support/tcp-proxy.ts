import { once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";

/** client → server, and back. */
export type ProxyDirection = "requests" | "replies";

/**
 * What happens to the bytes of one direction.
 *
 * - `pass`: as they come.
 * - `drop`: read and thrown away; the connection stays open. Dropping only replies is the fault of a lost PUBACK.
 * - `stall`: not read at all: the sender's socket fills up, as with a hung server. Goes on without loss on `pass`.
 * - `delay`: passed in order, `ms` later.
 */
export type Rule =
  | { readonly mode: "pass" }
  | { readonly mode: "drop" }
  | { readonly mode: "stall" }
  | { readonly mode: "delay"; readonly ms: number };

const PASS: Rule = { mode: "pass" };
const STALL: Rule = { mode: "stall" };

export interface TcpProxy {
  readonly port: number;
  /** `host:port`, for example for KAFKA_BROKERS. */
  readonly address: string;
  /** Connections open now, and accepted since the start. */
  readonly connections: number;
  readonly accepted: number;
  /** Bytes that came in per direction, dropped ones included. */
  readonly seen: Readonly<Record<ProxyDirection, number>>;
  /** For open and coming connections. */
  rule(direction: ProxyDirection, rule: Rule): void;
  /** Both directions stall: accepts, never answers. */
  hang(): void;
  /** Both directions pass again. */
  heal(): void;
  /** Reset every open connection (RST); new ones are welcome. */
  cut(): void;
  /** Reset new connections at once, or welcome them again. */
  refuse(refusing: boolean): void;
  close(): void;
}

/** What passes of a chunk; `pass` lets more bytes go, now or later. */
export type Filter = (chunk: Buffer, pass: (bytes: Buffer) => void) => Buffer;

/** Of one connection: it may hold the connection's state. */
export type Filters = Readonly<Record<ProxyDirection, Filter>>;

/**
 * A TCP proxy whose faults are switched by code.
 *
 * @param target - `host:port` of the real server.
 * @param filters - made for each connection, with the proxy's own port: looks into what passes and may change it.
 */
export async function startTcpProxy(target: string, filters?: (port: number) => Filters): Promise<TcpProxy> {
  const [host = "127.0.0.1", targetPort = "0"] = target.split(":");
  const rules: Record<ProxyDirection, Rule> = { requests: PASS, replies: PASS };
  const seen: Record<ProxyDirection, number> = { requests: 0, replies: 0 };
  const pipes = new Set<Pipe>();
  let refusing = false;
  let accepted = 0;

  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    accepted++;
    const upstream = dial(Number(targetPort), host);
    const count = (direction: ProxyDirection) => (bytes: number) => {
      seen[direction] += bytes;
    };
    const requests = new Pipe("requests", client, upstream, rules.requests, count("requests"));
    const replies = new Pipe("replies", upstream, client, rules.replies, count("replies"));
    const own = filters?.(port);
    if (own) {
      requests.filter = own.requests;
      replies.filter = own.replies;
    }
    pipes.add(requests).add(replies);
    const end = (): void => {
      pipes.delete(requests);
      pipes.delete(replies);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  const rule = (direction: ProxyDirection, next: Rule): void => {
    rules[direction] = next;
    for (const pipe of pipes) if (pipe.direction === direction) pipe.obey(next);
  };
  const cut = (): void => {
    for (const pipe of [...pipes]) pipe.source.resetAndDestroy();
  };
  return {
    port,
    address: `127.0.0.1:${port}`,
    seen,
    get connections() {
      return pipes.size / 2;
    },
    get accepted() {
      return accepted;
    },
    rule,
    hang() {
      rule("requests", STALL);
      rule("replies", STALL);
    },
    heal() {
      rule("requests", PASS);
      rule("replies", PASS);
    },
    cut,
    refuse(on) {
      refusing = on;
    },
    close() {
      server.close();
      cut();
    },
  };
}

/** One direction of one connection. */
class Pipe {
  readonly direction: ProxyDirection;
  readonly source: Socket;
  filter: Filter = (chunk) => chunk;
  readonly #sink: Socket;
  #rule: Rule;
  /** What came before has passed by then, monotonic ms: nothing overtakes it, whatever the rule is by now. */
  #passedAt = 0;
  /** In the order in which they came; each timer passes the first of them. */
  readonly #late: Buffer[] = [];

  constructor(
    direction: ProxyDirection,
    source: Socket,
    sink: Socket,
    rule: Rule,
    count: (bytes: number) => void,
  ) {
    this.direction = direction;
    this.source = source;
    this.#sink = sink;
    this.#rule = rule;
    source.on("data", (chunk: Buffer) => {
      count(chunk.length);
      this.#take(chunk);
    });
    sink.on("drain", () => this.obey(this.#rule));
    this.obey(rule);
  }

  obey(rule: Rule): void {
    this.#rule = rule;
    if (rule.mode === "stall") this.source.pause();
    else this.source.resume();
  }

  #take(chunk: Buffer): void {
    if (this.#rule.mode === "drop") return;
    const bytes = this.filter(chunk, (more) => this.#pace(more));
    this.#pace(bytes);
  }

  #pace(bytes: Buffer): void {
    const now = performance.now();
    const ms = this.#rule.mode === "delay" ? this.#rule.ms : 0;
    this.#passedAt = Math.max(this.#passedAt, now + ms);
    if (this.#passedAt <= now && this.#late.length === 0) this.#pass(bytes);
    else this.#later(bytes, this.#passedAt);
  }

  #later(bytes: Buffer, at: number): void {
    this.#late.push(bytes);
    setTimeout(() => this.#pass(this.#late.shift() ?? bytes), Math.max(0, at - performance.now()));
  }

  #pass(bytes: Buffer): void {
    if (bytes.length > 0 && this.#sink.writable && !this.#sink.write(bytes)) this.source.pause();
  }
}
