import { Router } from "express";
import type { Incident, IncidentAnswer } from "../../../../schemas/page/incidents.ts";
import type { Incidents } from "./rules/incidents.ts";

/** `/api/v1/incidents`: all that are kept, the newest first, and one by its id. */
export function incidentRoutes(incidents: Incidents): Router {
  const answer = (incident: Incident): IncidentAnswer => {
    return { ...incident, kept: incidents.isKept(incident.id) };
  };
  const router = Router();
  router.get("/", (_request, response) => {
    response.json(incidents.views());
  });
  router.get("/:id", (request, response) => {
    const incident = incidents.get(request.params.id);
    if (incident) response.json(answer(incident));
    else response.status(404).json({ error: `no incident ${request.params.id}` });
  });
  return router;
}
