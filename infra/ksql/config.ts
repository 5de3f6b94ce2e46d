import { z } from "zod";
import { logLevel, port } from "../runtime/config.ts";
import { registrySettings } from "../runtime/security/http.ts";
import { kafkaSettings } from "../runtime/security/kafka.ts";

/** The server's environment. */
export const ksqlConfig = z.object({
  ...kafkaSettings,
  ...registrySettings,
  KSQL_PORT: port.default(8088).describe("Where to listen; 0 takes any free port."),
  LOG_LEVEL: logLevel,
});
