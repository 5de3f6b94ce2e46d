import { z } from "zod";
import { wholeNumber } from "../../infra/runtime/service/config.ts";

export const instanceSettings = z.object({
  GATEWAY_INSTANCES: wholeNumber(1, 64)
    .default(1)
    .describe("As `--instances`: processes that share the ports; one that dies is started again."),
});
