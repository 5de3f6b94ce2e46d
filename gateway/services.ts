import type { Registry } from "prom-client";
import type { Clock } from "../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";
import type { Running } from "../infra/runtime/service/lifecycle.ts";

/** What `npm run gateway -- [services…]` serves: MQTT for agents, HTTP for vehicles. */
export const SERVICES = ["mqtt", "http"] as const;
export type Service = (typeof SERVICES)[number];

/** What `gateway/main.ts` gives each service; two of one process share all of it but the logger. */
export interface ServiceContext {
  /** The process's environment: a service reads its own settings from it by its own `config.ts`. */
  readonly env: Environment;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: Registry;
  /** Aborts when the process is told to stop, also while a service still starts. */
  readonly signal: AbortSignal;
}

export interface ServiceRunning extends Running {
  /** Its part of `/readyz`. */
  readonly probe: () => ProbeAnswer;
}

/** What the module of a service exports as `start`. Resolves once it serves; rejects when it cannot. */
export type StartService = (context: ServiceContext) => Promise<ServiceRunning>;
