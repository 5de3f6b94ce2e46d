import { RestError } from "./errors.ts";

export interface Route<H> {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments between slashes; `{name}` takes any one segment. A literal segment wins over a parameter. */
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
 * @throws {RestError} 404/404 unknown path, 405/405 no such method on it, 400/400 a broken %-escape.
 */
export type Router<H> = (method: string, path: string) => Routed<H>;

export function createRouter<H>(routes: readonly Route<H>[]): Router<H> {
  const table = routes.map((route) => ({ route, segments: segmentsOf(route.path) }));
  return (method, path) => {
    const wanted = segmentsOf(path);
    const matching = table
      .filter(({ segments }) => segments.length === wanted.length)
      .filter(({ segments }) => segments.every((s, i) => isParameter(s) || s === wanted[i]))
      .sort((a, b) => parametersIn(a.segments) - parametersIn(b.segments));
    if (matching.length === 0) throw new RestError(404, 404, "HTTP 404 Not Found");
    const verb = method === "HEAD" ? "GET" : method;
    const found = matching.find(({ route }) => route.method === verb);
    if (!found) throw new RestError(405, 405, "HTTP 405 Method Not Allowed");
    const params = Object.fromEntries(
      found.segments.flatMap((segment, i) =>
        isParameter(segment) ? [[segment.slice(1, -1), decode(wanted[i] ?? "")]] : [],
      ),
    );
    return { handler: found.route.handler, params };
  };
}

function segmentsOf(path: string): readonly string[] {
  return path.replace(/^\/|\/$/g, "").split("/");
}

function isParameter(segment: string): boolean {
  return segment.startsWith("{");
}

function parametersIn(segments: readonly string[]): number {
  return segments.filter(isParameter).length;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new RestError(400, 400, `"${segment}" is not a valid %-escaped path segment`);
  }
}
