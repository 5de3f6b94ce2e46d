import { startStage } from "../../../support/stage-process.ts";
import type { Cluster } from "./cluster.ts";

export interface GatewayProcess {
  readonly pid: number;
  readonly port: number;
  kill(): Promise<void>;
}

export async function startGateway(
  { brokers, registryUrl }: Cluster,
  prefix: string,
): Promise<GatewayProcess> {
  const stage = await startStage(
    "gateway",
    {
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: registryUrl,
      TOPIC_PREFIX: prefix,
      MQTT_PORT: "0",
      LOG_LEVEL: "info",
    },
    "MQTT is served",
  );
  return {
    pid: stage.pid,
    port: Number(/"port":(\d+)/.exec(stage.log)?.[1]),
    kill: () => stage.kill(),
  };
}
