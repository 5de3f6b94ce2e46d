import { Router } from "express";
import { isCoded } from "../../../../schemas/errors.ts";
import type { Stories } from "./stories.ts";

/** `/api/v1/stories`: single readings, followed hop by hop. */
export function storyRoutes(stories: Stories): Router {
  const router = Router();
  router.get("/", (_request, response) => {
    response.json(stories.offers());
  });
  router.get("/:device", async (request, response) => {
    const newest = await stories.newest(request.params.device);
    if (newest) response.json(newest);
    else response.status(404).json({ error: `nothing is known of a device ${request.params.device}` });
  });
  router.get("/:device/:boot/:seq", async (request, response) => {
    const { device: deviceId } = request.params;
    const [bootId, seq] = [Number(request.params.boot), Number(request.params.seq)];
    const valid = [bootId, seq].every((n) => Number.isSafeInteger(n) && n >= 1);
    try {
      const story = valid ? await stories.tell({ deviceId, bootId, seq }) : undefined;
      if (story) response.json(story);
      else
        response.status(404).json({
          error: `nothing is known of reading ${request.params.seq} of ${deviceId}, boot ${request.params.boot}`,
        });
    } catch (error) {
      if (!isCoded(error)) throw error;
      response.status(503).json({ error: error.message });
    }
  });
  return router;
}
