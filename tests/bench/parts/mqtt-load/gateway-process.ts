import { setTimeout as sleep } from "node:timers/promises";
import { startStage } from "../../../support/stage-process.ts";
import type { BenchCluster } from "./cluster.ts";

export interface GatewayProcess {
  readonly pid: number;
  readonly port: number;
  kill(): Promise<void>;
}

/** @param instances - processes that share the port. */
export async function startGateway(
  { brokers, registryUrl }: BenchCluster,
  prefix: string,
  instances = 1,
): Promise<GatewayProcess> {
  const stage = await startStage(
    "gateway",
    {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC_PREFIX: prefix,
      MQTT_PORT: "0",
      MQTT_MAX_CONNECTIONS: "100000",
      LOG_LEVEL: "info",
    },
    "MQTT is served",
    ["mqtt", "--instances", String(instances)],
  );
  while (stage.log.split("MQTT is served").length <= instances) await sleep(50);
  return {
    pid: stage.pid,
    port: Number(/"port":(\d+)/.exec(stage.log)?.[1]),
    kill: () => stage.kill(),
  };
}
