import { Registry } from "prom-client";
import type { Clock } from "../../../../infra/runtime/clock.ts";
import { systemClock } from "../../../../infra/runtime/clock.ts";
import { silentLogger } from "../../../../infra/runtime/logger.ts";
import { type Dashboard, startDashboard } from "../dashboard.ts";
import { type Watched, WHOLE_CITY } from "../view/watched.ts";
import { jsonDecoder, SmallChicago } from "./small-chicago.ts";

export interface ServedOptions {
  readonly port?: number;
  readonly webRoot?: string;
  readonly supervisorUrl?: string;
  readonly simulatorUrl?: string;
  readonly clock?: Clock;
  readonly watched?: Watched;
  /** false: the auditor says nothing by itself. */
  readonly audited?: boolean;
}

/** A dashboard that serves a small Chicago, on any free port of loopback. */
export async function serve(city: SmallChicago, options: ServedOptions = {}): Promise<Dashboard> {
  const { clock = systemClock, port = 0, supervisorUrl = null, webRoot = "/nonexistent" } = options;
  const { simulatorUrl = null } = options;
  const dashboard = await startDashboard({
    kafka: city.kafka,
    avro: jsonDecoder,
    topics: city.topics,
    clock,
    logger: silentLogger,
    metrics: new Registry(),
    port,
    host: "127.0.0.1",
    supervisorUrl,
    ksql: null,
    simulatorUrl,
    demo: { controls: null, token: null },
    lookbackMs: 15 * 60_000,
    watched: options.watched ?? WHOLE_CITY,
    webRoot,
    version: "0.0.0-test",
    instance: `${Math.floor(performance.now() * 1000)}`,
  });
  // As the auditor does, once a second.
  const stopAudit = options.audited === false ? () => {} : clock.every(1_000, () => city.audit());
  return {
    ...dashboard,
    async stop() {
      stopAudit();
      await dashboard.stop();
    },
  };
}

/** A Chicago with its topics, stations and devices, and no entry yet. */
export async function readyCity(now: () => number = () => Date.now()): Promise<SmallChicago> {
  const city = new SmallChicago(now);
  await city.topicsExist();
  city.stations();
  city.weather(54, "windy");
  city.online();
  return city;
}
