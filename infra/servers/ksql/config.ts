import { z } from "zod";
import { accessSettings } from "../../runtime/http/access-settings.ts";
import { registrySettings } from "../../runtime/security/http.ts";
import { kafkaSettings } from "../../runtime/security/kafka.ts";
import { port } from "../../runtime/service/config.ts";
import { defaultPort } from "../../runtime/service/endpoints.ts";

/** The server's environment. */
export const ksqlConfig = z.object({
  ...kafkaSettings,
  ...registrySettings,
  KSQL_STATE_DIR: z
    .string()
    .optional()
    .describe("Where tables go that outgrow memory; not set: `ksql` in `ELEVATED_HOME`."),
  KSQL_STATE_MEMORY_ROWS: z.coerce
    .number({ error: "give a number of rows" })
    .int("give a whole number")
    .min(0, "rows start at 0 (every table on disk)")
    .default(100_000)
    .describe("How many rows of tables are kept in memory, over all queries; those beyond go to disk."),
  KSQL_SERVICE_ID: z
    .string()
    .min(1, "give an id")
    .default("default_")
    .describe("As `--service-id`: instances with the same id share statements and work."),
  KSQL_PORT: port.default(defaultPort("KSQLDB_URL")).describe("Where to listen; 0 takes any free port."),
  KSQL_HOST: z.string().default("127.0.0.1").describe("The address to listen on; 0.0.0.0 for everybody."),
  ...accessSettings,
});
