import { Router } from "express";
import { isCoded } from "../../../../schemas/errors.ts";
import type { Model } from "../model/model.ts";
import type { Evidences } from "./evidence.ts";
import { findingAnswer } from "./findings.ts";

export interface ProofRouteSources {
  readonly model: Model;
  readonly evidences: Evidences;
}

/** `/api/v1/proof/…`: the findings, and the records that show them. */
export function proofRoutes({ model, evidences }: ProofRouteSources): Router {
  const router = Router();
  router.get("/findings", (_request, response) => {
    response.json(model.audit.findings.map(findingAnswer));
  });
  router.get("/findings/:id", (request, response) => {
    const finding = model.audit.findings.find(({ id }) => id === request.params.id);
    if (finding) response.json(findingAnswer(finding));
    else response.status(404).json({ error: `no finding ${request.params.id}` });
  });
  router.get("/records/:topic/:partition/:offset", async (request, response) => {
    const { topic } = request.params;
    const [partition, offset] = [Number(request.params.partition), Number(request.params.offset)];
    const valid = [partition, offset].every((n) => Number.isSafeInteger(n) && n >= 0);
    try {
      const record = valid ? await evidences.read({ topic, partition, offset }) : undefined;
      if (record) response.json(record);
      else
        response
          .status(404)
          .json({ error: `no record ${topic}-${request.params.partition}@${request.params.offset}` });
    } catch (error) {
      if (!isCoded(error)) throw error;
      response.status(503).json({ error: error.message });
    }
  });
  return router;
}
