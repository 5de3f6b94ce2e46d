import { type Request, type Response, Router } from "express";
import type { Line } from "../../../../schemas/network/network.ts";
import type { PageState } from "../../../../schemas/page/page.ts";
import { type Answered, archive } from "../gtfs/archive.ts";
import { LIVE_FEEDS, LiveFeeds } from "../gtfs/live.ts";

export interface GtfsSources {
  /** The lines that run. */
  readonly lines: readonly Line[];
  readonly state: () => PageState;
  /** Wall clock, epoch ms. */
  readonly now: () => number;
}

/** `GET /gtfs.zip`, and `/gtfs-rt/{feed}.pb` and `.json`. */
export function gtfsRoutes({ lines, state, now }: GtfsSources): Router {
  const router = Router();
  const feeds = new LiveFeeds();
  router.get("/gtfs.zip", (request, response) => {
    response.type("application/zip").attachment("gtfs.zip");
    send(request, response, archive(lines, now()));
  });
  for (const name of LIVE_FEEDS) {
    for (const form of ["pb", "json"] as const) {
      router.get(`/gtfs-rt/${name}.${form}`, (request, response) => {
        if (!state().live) {
          // An empty feed would say that no train runs.
          response.set("retry-after", "1").status(503).json({ error: "still reading what Kafka has" });
          return;
        }
        const made = feeds.answer(name, state(), now());
        response.set({
          age: String(made.ageSeconds),
          "last-modified": new Date(made.timestamp * 1000).toUTCString(),
        });
        response.type(form === "pb" ? "application/x-protobuf" : "application/json");
        send(request, response, made[form]);
      });
    }
  }
  return router;
}

/**
 * 304 for a consumer that has it already. Express would not answer it to fetch of Node and of browsers: they send
 * `cache-control: no-cache` with each If-None-Match of their user, which is meant for caches [RFC 9110 13.1.2].
 */
function send(request: Request, response: Response, { body, etag }: Answered): void {
  response.set({ "cache-control": "no-cache", etag });
  if (matches(request.headers["if-none-match"], etag)) response.status(304).end();
  else response.send(body);
}

function matches(header: string | undefined, etag: string): boolean {
  const known = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known.includes(etag) || known.includes("*");
}
