import { logSettings } from "../../runtime/service/config.ts";
import { withOptions } from "../../runtime/service/precedence.ts";
import { createProgram, runProgram } from "../../runtime/service/program.ts";
import { serve } from "../../runtime/service/serve.ts";
import { ksqlConfig } from "./config.ts";

const { env } = process;
const services = [{ name: "ksql", load: () => import("./service.ts") }];

const program = createProgram({
  name: "ksql-server",
  description:
    "The built-in stand-in for ksqlDB: streams, tables and queries over Kafka, with ksqlDB's REST API.",
  settings: [ksqlConfig, logSettings],
  examples: "  KSQL_PORT=8088 ksql-server --service-id default_",
  env,
})
  .option("--service-id <id>", "instances with the same id share statements and work")
  .action(({ serviceId }: { readonly serviceId?: string }) =>
    serve({ name: "ksql", services, env: withOptions(env, { KSQL_SERVICE_ID: serviceId }), probes: false }),
  );

await runProgram(program);
