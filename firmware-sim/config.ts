import { z } from "zod";
import { tokenSetting } from "../infra/runtime/http/token.ts";
import {
  type HttpAccess,
  httpAccess,
  restProxySettings,
  simulatorTokenSetting,
} from "../infra/runtime/security/http.ts";
import { httpUrl, port, readConfig, serialLink, topicPrefix } from "../infra/runtime/service/config.ts";
import { homeOf } from "../infra/runtime/service/endpoints.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";
import type { TcpAddress } from "../schemas/wire/tcp-link.ts";

export const simulatorSettings = z.object({
  FIRMWARE_SIM_PORT: port
    .optional()
    .describe("The port of the control interface; not set: that of FIRMWARE_SIM_URL."),
  FIRMWARE_SIM_URL: httpUrl.describe("Where commands find the simulator's control interface."),
  ...simulatorTokenSetting,
  ...tokenSetting,
  ...restProxySettings,
  SERIAL_LINK: serialLink.describe(
    "Serve the devices' lines over TCP here, `tcp://host:port`, instead of as pseudo-terminals.",
  ),
  TOPIC_PREFIX: topicPrefix,
});

export interface SimulatorConfig {
  readonly home: string;
  /** Of the control interface. */
  readonly port: number;
  /** Where the lines are served over TCP; undefined: they are pseudo-terminals. */
  readonly link: TcpAddress | undefined;
  readonly topicPrefix: string;
  readonly restProxy: HttpAccess;
  readonly controlUrl: string;
  /** What commands send to the control interface. */
  readonly controlToken: string | undefined;
  /** What the control interface asks for; undefined: nothing. */
  readonly askedToken: string | undefined;
}

/** @throws {CodedError} CONFIG_INVALID */
export function simulatorConfig(env: Environment): SimulatorConfig {
  const config = readConfig(simulatorSettings, env);
  return {
    home: homeOf(env),
    port: config.FIRMWARE_SIM_PORT ?? Number(new URL(config.FIRMWARE_SIM_URL).port),
    link: config.SERIAL_LINK,
    topicPrefix: config.TOPIC_PREFIX,
    restProxy: httpAccess("REST_PROXY", config),
    controlUrl: config.FIRMWARE_SIM_URL,
    controlToken: config.FIRMWARE_SIM_TOKEN,
    askedToken: config.HTTP_TOKEN,
  };
}
