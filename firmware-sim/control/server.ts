import type { z } from "zod";
import { closedAccess } from "../../infra/runtime/http/access-settings.ts";
import { RestError } from "../../infra/runtime/http/errors.ts";
import type { Exchange } from "../../infra/runtime/http/exchange.ts";
import type { HttpServer } from "../../infra/runtime/http/listen.ts";
import { httpServer } from "../../infra/runtime/http/server.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { CodedError, isCoded, messageOf } from "../../schemas/errors.ts";

/** A largest request is a few names. */
const MAX_BODY_BYTES = 16 * 1024;
/** What the front door answers to those who may not order anything. */
const NOT_LET_IN: readonly number[] = [401, 403];

export interface ControlRoute {
  readonly method: "GET" | "POST";
  readonly path: string;
  /**
   * @param params - of the path.
   * @returns the answer, sent as JSON. @throws {CodedError} USAGE: answered with 400.
   */
  handle(body: unknown, params: Readonly<Record<string, string>>): unknown;
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
 *
 * @param token - what a POST must bear; left out: nothing.
 */
export function createControlServer(
  routes: readonly ControlRoute[],
  logger: Logger,
  token?: string,
): HttpServer {
  const known = routes.map(({ method, path }) => `${method} ${path}`).join(", ");
  return httpServer({
    routes: routes.map(({ method, path, handle }) => ({
      method,
      path,
      async handler(exchange) {
        exchange.json(
          200,
          await handle(method === "POST" ? await readBody(exchange) : undefined, exchange.params),
        );
      },
    })),
    errorAnswer(error, { method, path }) {
      const refused =
        error instanceof RestError ? usage(wrongRequest(error, `${method} ${path}`, known)) : error;
      const code = isCoded(refused) ? refused.code : "CONTROL_FAILED";
      const notLetIn = error instanceof RestError && NOT_LET_IN.includes(error.status);
      const status = notLetIn ? error.status : isCoded(refused, "USAGE") ? 400 : 500;
      return {
        status,
        type: "application/json",
        body: JSON.stringify({ code, message: messageOf(refused) }),
      };
    },
    logger,
    access: closedAccess(token),
  });
}

function wrongRequest({ status, message }: RestError, line: string, known: string): string {
  return status === 404 || status === 405 ? `no ${line}: there are ${known}` : message;
}

async function readBody(exchange: Exchange): Promise<unknown> {
  if (exchange.mediaType !== "application/json") throw usage("send application/json");
  const text = await exchange.text(MAX_BODY_BYTES);
  try {
    return JSON.parse(text);
  } catch {
    throw usage("the body is no JSON");
  }
}

function usage(message: string): CodedError {
  return new CodedError("USAGE", { message, retryable: false });
}
