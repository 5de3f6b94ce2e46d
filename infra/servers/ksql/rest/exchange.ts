import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

const MAX_BODY = 4 * 1024 * 1024;

/** One request and its answer, over HTTP/1.1 or HTTP/2. */
export class Exchange {
  readonly #request: IncomingMessage | Http2ServerRequest;
  readonly #response: ServerResponse | Http2ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly http2: boolean;

  constructor(request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) {
    this.#request = request;
    this.#response = response;
    this.method = request.method ?? "GET";
    this.path = (request.url ?? "/").split("?")[0] ?? "/";
    this.http2 = request.httpVersionMajor >= 2;
  }

  get accept(): string | undefined {
    return this.#request.headers.accept;
  }

  /** @throws Error when it is larger than 4 MiB. */
  async body(): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY) throw new Error(`the request is larger than ${MAX_BODY} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  /** The body's lines as they come, without their ends. */
  async *lines(): AsyncIterable<string> {
    let rest = "";
    for await (const chunk of this.#request as AsyncIterable<Buffer>) {
      rest += chunk.toString("utf8");
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
    if (rest.trim() !== "") yield rest;
  }

  /** The whole answer at once. */
  send(status: number, type: string, body: string, headers: Readonly<Record<string, string>> = {}): void {
    this.begin(status, type, headers);
    this.end(body);
  }

  begin(status: number, type: string, headers: Readonly<Record<string, string>> = {}): void {
    const response = this.#response as ServerResponse;
    response.writeHead(status, { "content-type": type, ...headers });
  }

  get begun(): boolean {
    return this.#response.headersSent;
  }

  /** Resolves when the client has taken enough that more may follow. */
  write(text: string): Promise<void> | void {
    const response = this.#response as ServerResponse;
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
    const response = this.#response as ServerResponse;
    if (!response.writableEnded) response.end(Buffer.from(text));
  }

  /** The client is gone, or the answer is complete. */
  onClose(action: () => void): void {
    this.#response.on("close", action);
  }
}
