import { z } from "zod";

export const instanceSettings = z.object({
  GATEWAY_INSTANCES: z.coerce
    .number({ error: "give a number" })
    .int("give a whole number")
    .min(1, "at least 1")
    .max(64, "at most 64")
    .default(1)
    .describe("As `--instances`: processes that share the ports; one that dies is started again."),
});
