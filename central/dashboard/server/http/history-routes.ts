import { type Request, type RequestHandler, type Response, Router } from "express";
import { isCoded } from "../../../../schemas/errors.ts";
import { momentIn, wholeIn } from "../history/held.ts";
import { type History, PLAYED_MS } from "../history/history.ts";
import { PastRefused } from "../history/past-refused.ts";
import { type KnownState, STATE_ANSWERS, type StateAnswer } from "./state-answers.ts";

export interface HistoryRouteSources {
  readonly history: History;
  /** The present. */
  readonly live: () => KnownState;
}

const STEP = { least: 250, most: 300_000, left: 1_000 } as const;
const FRAMES = { least: 0, most: 120, left: 0 } as const;

/** The present, and with `?at=` the past; what of the past can be looked at, played and counted again. */
export function historyRoutes({ history, live }: HistoryRouteSources): Router {
  const router = Router();
  for (const [path, answer] of Object.entries(STATE_ANSWERS)) {
    router.get(
      path,
      past(async (request, response, signal) => {
        const id = String(request.params["id"] ?? "");
        const { at } = request.query;
        if (at === undefined) {
          send(response, answer(live(), id));
          return;
        }
        const then = momentIn("at", at);
        const known = await history.at(
          then,
          ({ model, proof, hops }) => answer({ model, proof, hops, now: then, counted: false }, id),
          signal,
        );
        send(response, known);
      }),
    );
  }
  router.get(
    "/history",
    past(async (_request, response) => {
      response.json(await history.range());
    }),
  );
  router.get(
    "/moments",
    past(async ({ query }, response, signal) => {
      const at = momentIn("at", query["at"]);
      const stepMs = wholeIn("step", query["step"], STEP);
      const frames = wholeIn("frames", query["frames"], FRAMES);
      if (stepMs * frames > PLAYED_MS)
        throw new PastRefused(400, "step × frames comes to more than half an hour: ask for fewer frames");
      response.json(await history.moments({ at, stepMs, frames }, signal));
    }),
  );
  router.get(
    "/recount",
    past(async ({ query }, response, signal) => {
      const [from, to] = [momentIn("from", query["from"]), momentIn("to", query["to"])];
      response.json(await history.recount(from, to, signal));
    }),
  );
  return router;
}

function send(response: Response, answer: StateAnswer): void {
  if ("json" in answer) response.json(answer.json);
  else response.status(404).json({ error: answer.missing });
}

/** Who does not wait for the answer any more is read for no longer. */
function past(
  handle: (request: Request, response: Response, signal: AbortSignal) => Promise<void>,
): RequestHandler {
  return async (request, response) => {
    const abort = new AbortController();
    response.once("close", () => abort.abort());
    try {
      await handle(request, response, abort.signal);
    } catch (error) {
      if (error instanceof PastRefused && error.retryAfter !== null)
        response.set("retry-after", String(error.retryAfter));
      if (error instanceof PastRefused) response.status(error.status).json({ error: error.message });
      else if (isCoded(error)) response.status(503).json({ error: error.message });
      else throw error;
    }
  };
}
