import { type Request, type Response, Router } from "express";
import type { Logger } from "../../../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { ExperimentStarted, ExperimentsAnswer } from "../../../../schemas/page/experiments.ts";
import type { PageState } from "../../../../schemas/page/page.ts";
import type { SystemFault } from "../../../../schemas/system-faults.ts";
import { type AccessSettings, bearsToken, experimentAccessOf, isOwnOrigin } from "./access.ts";
import { experimentsOf, experimentView } from "./catalogue.ts";
import type { Experiment } from "./experiment.ts";
import { type Controls, perform } from "./perform.ts";
import { press } from "./press.ts";

export interface ExperimentSources extends Controls {
  readonly access: AccessSettings;
  /** What runs now. */
  readonly state: () => PageState;
  /** What the supervisor can do besides killing a part. */
  readonly faults: () => readonly SystemFault[];
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  /** Told of each that began. */
  readonly begun: (started: ExperimentStarted) => void;
  readonly logger: Logger;
}

/**
 * `GET /` tells what may be broken by whom asks, `POST /{id}` breaks it, `POST /press/{device}` walks through a turnstile
 * once.
 */
export function experimentRoutes(sources: ExperimentSources): Router {
  const offered = (): Experiment[] => experimentsOf({ ...sources.state(), faults: sources.faults() });
  const router = Router();
  router.use((_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });
  router.get("/", (request, response) => {
    const access = experimentAccessOf(request.headers, sources.access);
    const answer: ExperimentsAnswer = {
      access,
      experiments: access === "yes" ? offered().map(experimentView) : [],
    };
    response.json(answer);
  });
  router.post("/press/:device", async (request, response) => {
    if (!isLetIn(request, response, sources)) return;
    try {
      response.status(202).json(await press(request.params.device, sources));
    } catch (error) {
      response.status(isCoded(error) ? 502 : 500).json({ error: messageOf(error) });
    }
  });
  router.post("/:id", async (request, response) => {
    if (!isLetIn(request, response, sources)) return;
    const experiment = offered().find(({ id }) => id === request.params.id);
    if (!experiment) {
      response.status(404).json({ error: `no experiment ${request.params.id} on what runs now` });
      return;
    }
    try {
      await perform(experiment, sources);
    } catch (error) {
      sources.logger.warn({ experiment: experiment.id, err: error }, "experiment not done");
      response.status(isCoded(error) ? 502 : 500).json({ error: messageOf(error) });
      return;
    }
    sources.logger.info({ experiment: experiment.id }, "experiment begun from the page");
    const started: ExperimentStarted = { experiment: experimentView(experiment), at: sources.now() };
    sources.begun(started);
    response.status(202).json(started);
  });
  return router;
}

/** Otherwise it is answered why not. */
function isLetIn(request: Request, response: Response, sources: ExperimentSources): boolean {
  request.resume();
  const access = experimentAccessOf(request.headers, sources.access);
  if (access !== "yes") {
    response.status(access === "token" ? 401 : 403).json({ error: "not for you: see DEMO_CONTROLS" });
    return false;
  }
  if (!isOwnOrigin(request.headers) && !bearsToken(request.headers, sources.access)) {
    response.status(403).json({ error: "only from this server's own page" });
    return false;
  }
  return true;
}
