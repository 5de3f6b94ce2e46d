import type { Registry } from "prom-client";
import type { Clock } from "../infra/runtime/clock.ts";
import type { ProbeAnswer } from "../infra/runtime/http/probes.ts";
import type { Logger } from "../infra/runtime/logger.ts";
import type { Random } from "../infra/runtime/random.ts";
import type { Environment } from "../infra/runtime/service/environment.ts";
import type { Running } from "../infra/runtime/service/lifecycle.ts";

/** What `central/main.ts` gives each role; several roles of one process share all of it but the logger. */
export interface RoleContext {
  /** The process's environment: a role reads its own settings from it by its own `config.ts`. */
  readonly env: Environment;
  /** Already names the role. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The process's metrics: names start with the role's. */
  readonly metrics: Registry;
  /** Aborts when the process is told to stop, also while a role still starts. */
  readonly signal: AbortSignal;
}

/** A role that runs; `probe` is its part of `/readyz` (a role without one is ready once started). */
export interface RoleRunning extends Running {
  readonly probe?: () => ProbeAnswer;
}

/** What `central/<role>/role.ts` exports as `start`. Resolves once the role works; rejects when it cannot. */
export type StartRole = (context: RoleContext) => Promise<RoleRunning>;

/** Roles of `npm run central -- [roles…]`; stopped in reverse. */
export const ROLES = ["dedup", "stations", "telemetry", "audit", "dashboard"] as const;
export type Role = (typeof ROLES)[number];

/** They need nobody but a port, and have it before any other role begins. */
export const LISTENING: readonly Role[] = ["dashboard"];
