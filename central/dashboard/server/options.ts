import type { Registry } from "prom-client";
import type { Clock } from "../../../infra/runtime/clock.ts";
import type { AccessRules } from "../../../infra/runtime/http/access.ts";
import type { Kafka } from "../../../infra/runtime/kafka/ports.ts";
import type { Logger } from "../../../infra/runtime/logger.ts";
import type { AvroDecoder } from "../../../infra/runtime/registry/ports.ts";
import type { HttpAccess } from "../../../infra/runtime/security/http.ts";
import type { Topics } from "../../../schemas/topics.ts";
import type { AccessSettings } from "./experiments/access.ts";
import type { Watched } from "./view/watched.ts";

export interface DashboardOptions {
  readonly kafka: Kafka;
  readonly avro: AvroDecoder;
  readonly topics: Topics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  readonly port: number;
  readonly host: string;
  /** Whose requests are taken; left out: this machine's and those of its own page. */
  readonly access?: AccessRules;
  readonly supervisorUrl: string | null;
  readonly ksql: HttpAccess | null;
  readonly simulatorUrl: string | null;
  /** What these two ask for with every write; absent: nothing. */
  readonly supervisorToken?: string;
  readonly simulatorToken?: string;
  /** Who may break things besides those who sit at this machine. */
  readonly demo: Omit<AccessSettings, "loopback">;
  /** How far back arrivals are read, ms. */
  readonly lookbackMs: number;
  /** What the page is about; absent: the whole city. */
  readonly watched?: Watched;
  readonly webRoot: string;
  readonly version: string;
  /** Names this process to the pages. */
  readonly instance: string;
}
