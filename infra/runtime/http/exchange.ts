import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Clock } from "../clock.ts";
import { readBody, textOf } from "./body.ts";
import { linesOf } from "./lines.ts";
import { mediaTypeOf } from "./media.ts";
import { originForm } from "./origin-form.ts";

export type Headers = Readonly<Record<string, string>>;

/** A time and the clock that measures it. */
export interface TimeLimit {
  readonly clock: Clock;
  readonly ms: number;
}

/** One request and its answer, over HTTP/1.1 or HTTP/2. */
export class Exchange {
  readonly method: string;
  /** Of the request target, without the query. Still %-escaped. */
  readonly path: string;
  readonly http2: boolean;
  /** Decoded parameters of the route's path. */
  params: Readonly<Record<string, string>> = {};
  readonly #request: IncomingMessage | Http2ServerRequest;
  readonly #response: ServerResponse;
  readonly #search: string;
  readonly #bodyLimit: TimeLimit | undefined;

  /** @param bodyLimit - how long the whole body may take; undefined: Node watches over it, as for HTTP/1. */
  constructor(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
    bodyLimit?: TimeLimit,
  ) {
    this.#request = request;
    this.#bodyLimit = bodyLimit;
    // HTTP/2's compatibility layer has all that is used here.
    this.#response = response as ServerResponse;
    this.method = request.method ?? "GET";
    const target = originForm(request.url ?? "/");
    const mark = target.indexOf("?");
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.#search = mark < 0 ? "" : target.slice(mark + 1);
    this.http2 = request.httpVersionMajor >= 2;
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.#search);
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers;
  }

  /** The address of this machine at which the connection arrived. */
  get localAddress(): string | undefined {
    return this.#request.socket.localAddress;
  }

  get accept(): string | undefined {
    return this.#request.headers.accept;
  }

  /** Of the request's body, without parameters. */
  get mediaType(): string | undefined {
    return mediaTypeOf(this.#request.headers["content-type"]);
  }

  /** The client went away, or was cut off, before its request was complete. */
  get aborted(): boolean {
    return this.#request.destroyed && !this.#request.complete;
  }

  /**
   * The whole body.
   *
   * @param limit - bytes, at most.
   * @param discarded - up to how many bytes one that is too large is read on, so that its client sees the answer.
   * @throws {RestError} 413
   */
  async body(limit: number, discarded?: number): Promise<Buffer> {
    const cancel = this.#bodyLimit?.clock.after(this.#bodyLimit.ms, () => this.destroy());
    try {
      return await readBody(this.#request, limit, discarded);
    } finally {
      cancel?.();
    }
  }

  /**
   * The whole body as text.
   *
   * @throws {RestError} 413, 400 when it is not UTF-8.
   */
  async text(limit: number): Promise<string> {
    return textOf(await this.body(limit));
  }

  /**
   * The body's lines as they come, without their ends. Who stops early can still answer: the rest is read and dropped.
   *
   * @param limit - characters of a line, at most.
   * @throws {RestError} 413
   */
  async *lines(limit: number): AsyncIterable<string> {
    const request = this.#request.setEncoding("utf8");
    try {
      // By default the iterator ends with the request's stream, and with HTTP/2 that is the answer's too.
      yield* linesOf(request.iterator({ destroyOnReturn: false }), limit);
    } finally {
      request.resume();
    }
  }

  /** A header of the answer, beside those that `send` or `begin` give. */
  setHeader(name: string, value: string): void {
    this.#response.setHeader(name, value);
  }

  /**
   * The whole answer at once.
   *
   * @param type - the media type; undefined: none is named.
   */
  send(status: number, type: string | undefined, body: string | Buffer, headers: Headers = {}): void {
    const length = String(Buffer.byteLength(body));
    this.#response.writeHead(status, {
      ...(type === undefined ? {} : { "content-type": type }),
      "content-length": length,
      ...headers,
    });
    this.#response.end(this.method === "HEAD" ? undefined : body);
  }

  json(status: number, value: unknown): void {
    this.send(status, "application/json", JSON.stringify(value));
  }

  /** The head of an answer whose body follows by `write` and `end`. */
  begin(status: number, type: string): void {
    this.#response.writeHead(status, { "content-type": type });
  }

  /** The head has been sent: another answer is no longer possible. */
  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Resolves when the client has taken enough that more may follow. */
  write(text: string): Promise<void> | void {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return undefined;
    // As bytes: of several strings written in one turn, Node 20's HTTP/2 sends what is no longer theirs.
    if (response.write(Buffer.from(text))) return undefined;
    return new Promise((resolve) => {
      const go = (): void => {
        response.off("drain", go);
        response.off("close", go);
        resolve();
      };
      response.on("drain", go);
      response.on("close", go);
    });
  }

  end(text = ""): void {
    if (!this.#response.writableEnded) this.#response.end(Buffer.from(text));
  }

  /** The connection is not kept for another request: this one's body was not read to its end. */
  closeUnlessRead(): void {
    if (!this.#request.complete && !this.http2) this.#response.setHeader("connection", "close");
  }

  /** Cut the answer off: the client must not take it for complete. */
  destroy(): void {
    this.#response.destroy();
  }

  /** The client is gone, or the answer is complete. */
  onClose(action: () => void): void {
    this.#response.on("close", action);
  }
}
