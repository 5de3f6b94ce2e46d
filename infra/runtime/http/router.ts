import findMyWay from "find-my-way";
import { RestError } from "./errors.ts";

export interface Route<H> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments between slashes; `:name` takes any one segment. A literal segment wins over a parameter. */
  readonly path: string;
  readonly handler: H;
}

export interface Routed<H> {
  readonly handler: H;
  /** Decoded values of the path's parameters. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Find the handler of a request. HEAD goes where GET goes; a slash at the end does not matter.
 *
 * @throws {RestError} 404/404 unknown path, 405/405 no such method on it (with `allow`), 400/400 a broken %-escape.
 */
export type Router<H> = (method: string, path: string) => Routed<H>;

/** Node limits a request's head to 16 KiB, so this is no limit of its own. */
const MAX_PARAMETER_LENGTH = 65_536;

export function createRouter<H>(routes: readonly Route<H>[]): Router<H> {
  const table = findMyWay({ ignoreTrailingSlash: true, maxParamLength: MAX_PARAMETER_LENGTH });
  // The table's own handler is never called: what is stored beside it is this route's.
  for (const { method, path, handler } of routes) table.on(method, path, () => {}, handler);
  const methods = [...new Set(routes.map(({ method }) => method))];
  return (method, path) => {
    checkEscapes(path);
    const wanted = methods.find((each) => each === (method === "HEAD" ? "GET" : method));
    const found = wanted && table.find(wanted, path);
    if (found) {
      return { handler: found.store as H, params: found.params as Readonly<Record<string, string>> };
    }
    const allowed = methods.filter((each) => table.find(each, path));
    if (allowed.length === 0) throw new RestError(404, 404, "HTTP 404 Not Found");
    const allow = allowed.flatMap((each) => (each === "GET" ? ["GET", "HEAD"] : [each]));
    throw new RestError(405, 405, "HTTP 405 Method Not Allowed", { allow: allow.join(", ") });
  };
}

function checkEscapes(path: string): void {
  try {
    decodeURI(path);
  } catch {
    throw new RestError(400, 400, "the path is not valid: its %-escapes are not UTF-8");
  }
}
