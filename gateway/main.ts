import cluster from "node:cluster";
import { Argument, InvalidArgumentError } from "commander";
import { processSettings, readConfig } from "../infra/runtime/service/config.ts";
import { withOptions } from "../infra/runtime/service/precedence.ts";
import { createProgram, runProgram } from "../infra/runtime/service/program.ts";
import { type Service, type StartService, serve } from "../infra/runtime/service/serve.ts";
import { credentialsCommand } from "./access/command.ts";
import { gatewaySettings } from "./config.ts";
import { ingestSettings } from "./http/config.ts";
import { clusterWorker, tellReady } from "./instances/cluster-worker.ts";
import { instanceSettings } from "./instances/config.ts";
import { WorkerPool } from "./instances/worker-pool.ts";
import { SERVICES } from "./services.ts";

const { env } = process;

const EXAMPLES = `  npm run gateway                          both, in one process
  npm run gateway -- --instances 3         three processes that share the ports; kill one, and the others serve on
  npm run gateway -- http --instances 3    only the vehicles' events
  npm run gateway -- credentials add 40380
  MQTT_PORT=1884 KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 npm run gateway -- mqtt
  MQTT_TLS_CERT_FILE=gateway.pem MQTT_TLS_KEY_FILE=gateway.key npm run gateway -- mqtt
  mosquitto_sub -u observer -P "$(npm run -s gateway -- credentials show observer)" -t 'cta/v1/#' -F '%t %l'
  curl -i localhost:5001/events -H 'Content-Type: application/json' -d '{"vehicle_id": "V-1", "sequence": 1,
    "time": "2026-01-01T12:00:00Z", "lat": 41.88, "lon": -87.63, "speed": 30, "heading": 90, "battery": 80}'`;

/** One process that serves all of these. */
function serveHere(name: string, services: readonly Service[]): Promise<never> {
  const instance = env["GATEWAY_INSTANCE"];
  return serve({
    name,
    services,
    env,
    ...(instance === undefined ? {} : { bindings: { instance: Number(instance) } }),
    onReady: (probe = "") => tellReady({ probe }),
  });
}

/** This process only watches over the others; `PROBE_PORT` is its own, theirs follow it or are free ones. */
function serveTogether(name: string, size: number): Promise<never> {
  const start: StartService = async ({ clock, random, logger }) =>
    new WorkerPool({
      size,
      clock,
      random,
      logger,
      launch: (instance) =>
        // Its tie to this process is the channel between them, not a pipe as stdin.
        clusterWorker({ GATEWAY_INSTANCE: String(instance), PROBE_PORT: "0", ELEVATED_PARENT: "" }),
    });
  const services = [{ name: "instances", load: async () => ({ start }) }];
  return serve({ name, services, env, metricsName: `${name}-parent` });
}

function instances(text: string): string {
  const { error } = instanceSettings.safeParse({ GATEWAY_INSTANCES: text });
  if (error) throw new InvalidArgumentError("Give a whole number from 1 to 64.");
  return text;
}

const program = createProgram({
  name: "gateway",
  description: "MQTT for the agents, HTTP for the vehicles; acknowledges only what Kafka has.",
  settings: [gatewaySettings, ingestSettings, instanceSettings, processSettings],
  examples: EXAMPLES,
  env,
  reaches: (command, all) => (command.parent?.name() === "credentials" ? [] : all),
})
  .addArgument(
    new Argument("[services...]", "what to serve; none: both").choices(SERVICES.map(({ name }) => name)),
  )
  .option("--instances <n>", "processes that share the ports; one that dies is started again", instances)
  .action((names: readonly string[], options: { readonly instances?: string }) => {
    const given = withOptions(env, { GATEWAY_INSTANCES: options.instances });
    const { GATEWAY_INSTANCES: size } = readConfig(instanceSettings, given);
    const services = SERVICES.filter((each) => names.length === 0 || names.includes(each.name));
    const name = services.every((each) => each.name === "http") ? "fleet-ingest" : "gateway";
    if (cluster.isPrimary && size > 1) return serveTogether(name, size);
    return serveHere(name, services);
  })
  .addCommand(credentialsCommand(env));

await runProgram(program);
