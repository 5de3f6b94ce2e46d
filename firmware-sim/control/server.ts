import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { z } from "zod";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";

/** A largest request is a few names. */
const MAX_BODY_BYTES = 16 * 1024;

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** @returns the answer, sent as JSON. @throws {CodedError} USAGE: answered with 400. */
  handle(body: unknown): unknown;
}

/** Read a body by its schema. @throws {CodedError} USAGE that names the field. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new CodedError("USAGE", { message: problems.join("; "), retryable: false });
}

/**
 * A small JSON server for loopback. Errors are `{code, message}`.
 *
 * A POST must say `application/json`, which a page of another origin cannot without being asked about first.
 */
export function createControlServer(routes: readonly Route[]): Server {
  return createServer((request, response) => {
    answer(routes, request).then(
      (value) => send(response, 200, value),
      (error) =>
        send(response, statusOf(error), {
          code: isCoded(error) ? error.code : "CONTROL_FAILED",
          message: messageOf(error),
        }),
    );
  });
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<unknown> {
  const path = new URL(request.url ?? "/", "http://control").pathname;
  const route = routes.find((r) => r.path === path && r.method === request.method);
  if (!route) {
    throw new CodedError("USAGE", {
      message: `no ${request.method} ${path}: there are ${routes.map((r) => `${r.method} ${r.path}`).join(", ")}`,
      retryable: false,
    });
  }
  return await route.handle(route.method === "POST" ? await readBody(request) : undefined);
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  if (!request.headers["content-type"]?.startsWith("application/json")) throw usage("send application/json");
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw usage(`send at most ${MAX_BODY_BYTES} bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw usage("the body is no JSON");
  }
}

function usage(message: string): CodedError {
  return new CodedError("USAGE", { message, retryable: false });
}

function statusOf(error: unknown): number {
  return isCoded(error, "USAGE") ? 400 : 500;
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(value)}\n`);
}
