import { z } from "zod";
import { type Environment, logLevel, port, readConfig } from "../infra/runtime/config.ts";
import { homeOf, resolveEndpoints } from "../infra/runtime/endpoints.ts";

const settings = z.object({
  LOG_LEVEL: logLevel,
  FIRMWARE_SIM_PORT: port.optional(),
  PROBE_PORT: port.optional(),
  TOPIC_PREFIX: z.string().default(""),
});

export interface SimulatorConfig {
  readonly logLevel: string;
  readonly home: string;
  /** Of the control interface. */
  readonly port: number;
  readonly probePort: number | undefined;
  readonly topicPrefix: string;
  readonly restProxyUrl: string;
  readonly controlUrl: string;
}

/** @throws {CodedError} CONFIG_INVALID */
export function simulatorConfig(env: Environment): SimulatorConfig {
  const { LOG_LEVEL, FIRMWARE_SIM_PORT, PROBE_PORT, TOPIC_PREFIX } = readConfig(settings, env);
  const endpoints = resolveEndpoints(env);
  return {
    logLevel: LOG_LEVEL,
    home: homeOf(env),
    port: FIRMWARE_SIM_PORT ?? Number(new URL(endpoints.FIRMWARE_SIM_URL).port),
    probePort: PROBE_PORT,
    topicPrefix: TOPIC_PREFIX,
    restProxyUrl: endpoints.REST_PROXY_URL,
    controlUrl: endpoints.FIRMWARE_SIM_URL,
  };
}
