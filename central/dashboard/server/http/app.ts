import { join } from "node:path";
import express, { type ErrorRequestHandler, type Express, type Response, type Router } from "express";
import type { Registry } from "prom-client";
import { type AccessRules, checkAccess } from "../../../../infra/runtime/http/access.ts";
import type { Logger } from "../../../../infra/runtime/logger.ts";
import { messageOf } from "../../../../schemas/errors.ts";
import type { HopView } from "../../../../schemas/page/page.ts";
import type { ProofView } from "../../../../schemas/page/proof.ts";
import { type ExperimentSources, experimentRoutes } from "../experiments/routes.ts";
import type { History } from "../history/history.ts";
import { incidentRoutes } from "../incidents/routes.ts";
import type { Incidents } from "../incidents/rules/incidents.ts";
import type { Model } from "../model/model.ts";
import type { Evidences } from "../proof/evidence.ts";
import { proofRoutes } from "../proof/routes.ts";
import { storyRoutes } from "../story/routes.ts";
import type { Stories } from "../story/stories.ts";
import { type GtfsSources, gtfsRoutes } from "./gtfs-routes.ts";
import { historyRoutes } from "./history-routes.ts";
import { openApiDocument } from "./openapi.ts";
import type { KnownState } from "./state-answers.ts";

export interface AppSources {
  readonly model: Model;
  readonly history: History;
  readonly proof: () => ProofView | null;
  readonly hops: () => readonly HopView[];
  readonly evidences: Evidences;
  readonly incidents: Incidents;
  readonly stories: Stories;
  readonly ready: () => { readonly ready: boolean; readonly detail: Readonly<Record<string, unknown>> };
  /** Wall clock, epoch ms. */
  readonly now: () => number;
  readonly metrics: Registry;
  readonly access: AccessRules;
  readonly logger: Logger;
  readonly version: string;
  /** The built page. */
  readonly webRoot: string;
  readonly experiments: ExperimentSources;
  readonly gtfs: Omit<GtfsSources, "now">;
}

/** Everything on this page comes from this server; nothing is ever fetched from elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self' ws: wss:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The JSON API, the probes and the built page. */
export function createApp(sources: AppSources): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(({ headers, socket }, _response, next) => {
    checkAccess({ headers, localAddress: socket.localAddress }, sources.access);
    next();
  });
  app.use((_request, response, next) => {
    response.set({
      "content-security-policy": CONTENT_SECURITY_POLICY,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    next();
  });
  app.use("/api/v1", apiRoutes(sources));
  app.use("/experiments", experimentRoutes(sources.experiments));
  app.use(gtfsRoutes({ ...sources.gtfs, now: sources.now }));

  app.get("/healthz", (_request, response) => {
    response.type("text/plain").send("ok\n");
  });
  app.get("/readyz", (_request, response) => {
    const { ready, detail } = sources.ready();
    response.status(ready ? 200 : 503).json({ ready, ...detail });
  });
  app.get("/metrics", async (_request, response) => {
    response.type(sources.metrics.contentType).send(await sources.metrics.metrics());
  });
  app.get("/version", (_request, response) => {
    response.json({ name: "elevated", version: sources.version });
  });

  servePage(app, sources.webRoot);
  app.use((request, response) => notFound(response, `no ${request.method} ${request.path}`));
  app.use(errorAnswer(sources.logger));
  return app;
}

function apiRoutes(sources: AppSources): Router {
  const { model, now, history } = sources;
  const api = express.Router();
  api.use((_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });
  const live = (): KnownState => ({
    model,
    proof: sources.proof(),
    hops: sources.hops(),
    now: now(),
    counted: true,
  });
  api.use(historyRoutes({ history, live }));
  api.use("/proof", proofRoutes(sources));
  api.use("/incidents", incidentRoutes(sources.incidents));
  api.use("/stories", storyRoutes(sources.stories));
  const document = openApiDocument(sources.version);
  api.get("/openapi.json", (_request, response) => {
    response.json(document);
  });
  api.use((request, response) => notFound(response, `no ${request.method} ${request.originalUrl}`));
  return api;
}

function servePage(app: Express, webRoot: string): void {
  // Built files carry their hash in their name; the document names them.
  app.use(
    "/assets",
    express.static(join(webRoot, "assets"), { immutable: true, maxAge: "1y", fallthrough: false }),
  );
  app.use(express.static(webRoot, { cacheControl: false }));
  // Reached only where there is no index.html.
  app.get("/", (_request, response) => {
    response.status(503).type("text/plain").send("The page is not built: run npm run build.\n");
  });
}

/** Express would answer with the stack, which names folders of this machine. */
function errorAnswer(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = statusOf(error);
    if (status === 500) logger.error({ err: error, path: request.path }, "request failed");
    response.status(status).json({ error: status === 500 ? "an error of the server" : messageOf(error) });
  };
}

/** What Express and the access rules throw has its status with it. */
function statusOf(error: unknown): number {
  const { status } = (error ?? {}) as { readonly status?: unknown };
  return typeof status === "number" && status >= 400 && status < 500 ? status : 500;
}

function notFound(response: Response, problem: string): void {
  response.status(404).json({ error: problem });
}
