import type { Backoff } from "../../infra/runtime/backoff.ts";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Logger } from "../../infra/runtime/logger.ts";
import { isCoded, messageOf } from "../../schemas/errors.ts";
import { weatherAt } from "./climate.ts";
import type { WeatherSink } from "./rest-proxy.ts";

const HOUR_MS = 3_600_000;
const LOOK_MS = 250;

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
 * as such (4xx) is logged with the proxy's reason and left.
 */
export async function runWeatherBox(options: WeatherBoxOptions, signal: AbortSignal): Promise<void> {
  const { clock, service } = options;
  let reported = -1;
  while (!signal.aborted) {
    const hour = Math.floor(service() / HOUR_MS);
    if (hour === reported) await clock.sleep(LOOK_MS, signal);
    else if (await report(options, signal)) reported = hour;
  }
}

/** @returns whether this hour is done with. */
async function report(options: WeatherBoxOptions, signal: AbortSignal): Promise<boolean> {
  const { sink, seed, clock, service, backoff, logger } = options;
  const at = service();
  try {
    await sink.send(at, weatherAt(seed, at), signal);
    backoff.reset();
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    const retryable = isCoded(error) && error.retryable;
    logger.warn({ retryable }, messageOf(error));
    if (!retryable) return true;
    await clock.sleep(backoff.next(), signal);
    return false;
  }
}
