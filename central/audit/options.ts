import type { Registry } from "prom-client";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Kafka } from "../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import type { RegistryClient } from "../../infra/runtime/registry/ports.ts";
import type { StationNetwork } from "../../schemas/network/network.ts";
import type { FleetTable } from "./fleet/table.ts";

export interface AuditOptions {
  readonly kafka: Kafka;
  readonly registry: RegistryClient;
  readonly prefix: string;
  /** Stations that are expected; left out: Chicago's. */
  readonly network?: StationNetwork;
  /** Also hold the stations' own topics against the clean ones. */
  readonly perStation: boolean;
  /** PostgreSQL's table of the vehicles' events; undefined: it is not audited. */
  readonly fleet?: FleetTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Names this auditor in its topic. */
  readonly instance: string;
}
