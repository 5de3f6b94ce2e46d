import { z } from "zod";
import { brokerList, httpUrl, logLevel, port } from "../runtime/config.ts";

/** The server's environment. */
export const ksqlConfig = z.object({
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl,
  KSQL_PORT: port.default(8088),
  LOG_LEVEL: logLevel,
});
