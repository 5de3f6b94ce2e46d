import { logSettings } from "../../runtime/service/config.ts";
import { createProgram, runProgram } from "../../runtime/service/program.ts";
import { serve } from "../../runtime/service/serve.ts";
import { proxySettings } from "./config.ts";

const { env } = process;
const name = "rest-proxy";

const program = createProgram({
  name,
  description: "Writes to Kafka over HTTP: the produce half and the metadata of Confluent's REST Proxy, v2.",
  settings: [proxySettings, logSettings],
  examples: `  rest-proxy
  curl -s localhost:8082/topics/greetings -H 'Content-Type: application/vnd.kafka.json.v2+json' \\
    -d '{"records": [{"key": "k", "value": {"hello": "world"}}]}'`,
  env,
}).action(() =>
  serve({ name, services: [{ name, load: () => import("./service.ts") }], env, probes: false }),
);

await runProgram(program);
