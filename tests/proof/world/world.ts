import type { Clock } from "../../../infra/runtime/clock.ts";
import type { Kafka } from "../../../infra/runtime/kafka/ports.ts";
import type { Registries } from "./registry.ts";

/** What a pipeline stands on: it outlives every stop and start of it. */
export interface World {
  readonly clock: Clock;
  readonly kafka: Kafka;
  readonly registries: Registries;
  /** Of topics, groups and everything else that others on the same servers might meet. */
  readonly prefix: string;
  /** Let time pass; where time is a script, with all that falls due. */
  pass(ms: number): Promise<void>;
}
