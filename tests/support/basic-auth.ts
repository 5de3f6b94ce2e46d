import { createServer, request, type Server } from "node:http";
import { closeServer, listen } from "../../infra/runtime/http/listen.ts";

/** A login in front of a server, as operators put one: what does not know it gets a 401 and a page of HTML. */
export interface Guard {
  readonly url: string;
  /** Requests that were let through. */
  readonly admitted: number;
  readonly refused: number;
  stop(): Promise<void>;
}

/** @param target - the server's own address. */
export async function guarded(
  target: string,
  login: { readonly user: string; readonly password: string },
): Promise<Guard> {
  const wanted = `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}`;
  const { hostname, port } = new URL(target);
  const counts = { admitted: 0, refused: 0 };
  const server: Server = createServer((asked, answer) => {
    if (asked.headers.authorization !== wanted) {
      counts.refused++;
      answer.writeHead(401, { "www-authenticate": 'Basic realm="guard"', "content-type": "text/html" });
      answer.end("<html><body><h1>401 Authorization Required</h1></body></html>");
      return;
    }
    counts.admitted++;
    const { authorization: _, ...headers } = asked.headers;
    const onward = request({ hostname, port, method: asked.method, path: asked.url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  });
  const { url } = await listen(server, 0);
  return {
    url,
    get admitted() {
      return counts.admitted;
    },
    get refused() {
      return counts.refused;
    },
    stop: () => closeServer(server),
  };
}
