import type { Backoff } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../schemas/errors.ts";
import { weatherAt } from "./climate.ts";
import type { WeatherSink } from "./rest-proxy.ts";

const HOUR_MS = 3_600_000;
const LOOK_MS = 250;

/** Since when no report was taken, and whether that may pass by itself. */
interface Outage {
  readonly since: number;
  readonly retryable: boolean;
}

export interface WeatherBoxOptions {
  readonly sink: WeatherSink;
  readonly seed: number;
  readonly clock: Clock;
  /** Service time, epoch ms. */
  readonly service: () => number;
  readonly backoff: Backoff;
  readonly logger: Logger;
}

/**
 * Reports the weather at the start and then once per hour of service time, until the signal.
 *
 * An hour's report is tried again until it is taken or the next hour's takes its place; one that the proxy refuses
 * as such (4xx) is left. An outage is logged once, with the proxy's reason, and once when it is over.
 */
export async function runWeatherBox(options: WeatherBoxOptions, signal: AbortSignal): Promise<void> {
  const { clock, service } = options;
  let reported = -1;
  let outage: Outage | undefined;
  while (!signal.aborted) {
    const hour = Math.floor(service() / HOUR_MS);
    if (hour === reported) await clock.sleep(LOOK_MS, signal);
    else {
      const { done, ...after } = await report(options, outage, signal);
      outage = after.outage;
      if (done) reported = hour;
    }
  }
}

interface Reported {
  /** This hour is done with. */
  readonly done: boolean;
  readonly outage: Outage | undefined;
}

async function report(
  options: WeatherBoxOptions,
  outage: Outage | undefined,
  signal: AbortSignal,
): Promise<Reported> {
  const { sink, seed, clock, service, backoff, logger } = options;
  const at = service();
  try {
    await sink.send(at, weatherAt(seed, at), signal);
    backoff.reset();
    if (outage) {
      const outageMs = Math.round(clock.monotonic() - outage.since);
      logger.info({ outageMs }, "the REST Proxy takes the weather again");
    }
    return { done: true, outage: undefined };
  } catch (error) {
    if (signal.aborted) return { done: true, outage };
    const retryable = isCoded(error) && error.retryable;
    if (outage?.retryable !== retryable) logger.warn({ retryable }, messageOf(error));
    if (retryable) await clock.sleep(backoff.next(), signal);
    return { done: !retryable, outage: { since: outage?.since ?? clock.monotonic(), retryable } };
  }
}
