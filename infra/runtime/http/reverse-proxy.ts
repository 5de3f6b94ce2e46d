import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream/promises";
import { messageOf } from "../../../schemas/errors.ts";
import type { Logger } from "../logger.ts";
import { type AccessRules, checkAccess } from "./access.ts";
import { closedAccess } from "./access-settings.ts";
import { RestError } from "./errors.ts";
import { type HttpServer, overHttp1 } from "./listen.ts";
import { authorityOf, originForm } from "./origin-form.ts";
import { type HttpLimits, timeLimits } from "./server.ts";
import { checkToken } from "./token.ts";

export interface ReverseProxyOptions {
  /** The server behind: `http://127.0.0.1:28083`. */
  readonly target: string;
  /** What the server behind asks for; its clients need not know it. */
  readonly authorization?: string;
  readonly access?: AccessRules;
  readonly limits?: HttpLimits;
  /** Bytes of a request's body, at most. */
  readonly maxBody: number;
  readonly logger: Logger;
  /** Told of each answer of the server behind that refuses a request: its body, up to 64 KiB of it. */
  readonly onRefused?: (body: string) => void;
  /** Is the server behind still starting, and somebody else says so? Then nothing is said before its first answer. */
  readonly starting?: boolean;
}

const NO_ANSWER = "the server behind does not answer";

/** Meant for the next hop only (RFC 9110 §7.6.1), and the name of the server in front. */
const NOT_PASSED_ON = [
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"],
  ...["transfer-encoding", "upgrade", "host"],
];

/**
 * The front door before a server that is not ours and has none: a request that is let in is passed on unchanged.
 *
 * The server behind must listen where no other client finds it, or ask for `authorization`.
 */
export function reverseProxy(options: ReverseProxyOptions): HttpServer {
  const { access = closedAccess() } = options;
  const agent = new Agent({ keepAlive: true });
  const behind = new Behind(options);
  const server = createServer(timeLimits(options.limits), (incoming, response) => {
    pass(options, access, agent, incoming, response).then(
      () => behind.answers(),
      (error: unknown) => refuse(response, error, behind),
    );
  });
  if (options.limits?.connections !== undefined) server.maxConnections = options.limits.connections;
  server.on("close", () => agent.destroy());
  return overHttp1(server);
}

async function pass(
  { target: behind, authorization, maxBody, onRefused }: ReverseProxyOptions,
  access: AccessRules,
  agent: Agent,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url: target = "/" } = incoming;
  const host = authorityOf(target);
  const headers = host === undefined ? incoming.headers : { ...incoming.headers, host };
  const url = originForm(target);
  checkAccess({ headers, localAddress: incoming.socket.localAddress }, access);
  checkToken({ method, headers }, access.token);
  // Its answer is the request as it came, with the login that only the proxy knows (RFC 9110 §9.3.8).
  if (method === "TRACE") throw new RestError(405, 405, "HTTP 405 Method Not Allowed");
  if (!url.startsWith("/")) throw new RestError(400, 400, "the request's target must be a path");
  if (Number(headers["content-length"] ?? 0) > maxBody) throw tooLarge(maxBody);
  const passed = { ...passedOn(headers), ...(authorization === undefined ? {} : { authorization }) };
  const { hostname, port } = new URL(behind);
  const outgoing = request({ host: hostname, port, path: url, method, headers: passed, agent });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
  });
  answered.catch(() => {});
  response.once("close", () => outgoing.destroy());
  await pipeline(bounded(incoming, maxBody), outgoing).catch((error: unknown) => {
    // A server that refuses a request early answers before it has read it all.
    if (error instanceof RestError) throw error;
  });
  const answer = await answered;
  response.writeHead(answer.statusCode ?? 502, { ...passedOn(answer.headers), ...movedHere(answer, behind) });
  const refused = (answer.statusCode ?? 0) >= 400;
  await pipeline(refused && onRefused ? heard(answer, onRefused) : answer, response);
}

const HEARD_BYTES = 64 * 1024;

/** The answer as it comes; at its end, what it said. */
async function* heard(answer: AsyncIterable<Buffer>, tell: (body: string) => void): AsyncIterable<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    if (length < HEARD_BYTES) chunks.push(chunk);
    length += chunk.length;
    yield chunk;
  }
  tell(Buffer.concat(chunks).toString("utf8", 0, HEARD_BYTES));
}

/** A redirect to the server behind leads to the proxy: its callers may not know the other name. */
function movedHere({ headers }: IncomingMessage, target: string): { location?: string } {
  const { location } = headers;
  const own = target.replace(/\/$/, "");
  return location?.startsWith(`${own}/`) ? { location: location.slice(own.length) } : {};
}

async function* bounded(body: AsyncIterable<Buffer>, limit: number): AsyncIterable<Buffer> {
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
    yield chunk;
  }
}

function tooLarge(limit: number): RestError {
  return new RestError(413, 413, `the body is larger than ${limit} bytes`);
}

function passedOn(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const left = new Set([...NOT_PASSED_ON, ...named]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !left.has(name)));
}

/** Whether the server behind answers, said when it changes: a client that asks again and again fills no log. */
class Behind {
  readonly #logger: Logger;
  #starting: boolean;
  #silent = false;

  constructor({ logger, starting = false }: ReverseProxyOptions) {
    this.#logger = logger;
    this.#starting = starting;
  }

  answers(): void {
    this.#starting = false;
    if (this.#silent) this.#logger.info("the server behind answers again");
    this.#silent = false;
  }

  silent(reason: string): void {
    if (this.#silent || this.#starting) return;
    this.#silent = true;
    this.#logger.warn({ reason }, NO_ANSWER);
  }
}

function refuse(response: ServerResponse, error: unknown, behind: Behind): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const known = error instanceof RestError ? error : new RestError(502, 502, NO_ANSWER);
  if (known !== error) behind.silent(messageOf(error));
  response.writeHead(known.status, {
    "content-type": "application/json",
    connection: "close",
    ...known.headers,
  });
  response.end(JSON.stringify(known.body));
}
