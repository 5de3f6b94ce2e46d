import { type CodedError, isCoded } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { ClusterOptions } from "./client.ts";
import { coded } from "./errors.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
/** A life that lasted this long was a good one: its successor starts at once. */
const GOOD_LIFE_MS = 5_000;
const DISCONNECT_MS = 2_000;

/** How long to wait before try number `n` (from 0). */
export function pauseBefore(n: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** n);
}

/**
 * Keep one consumer alive: whenever it crashes, close it and begin a new one. kafkajs restarts some crashes by itself
 * and gives up on others; here all are treated alike, with a new client.
 *
 * @param life - starts a consumer that tells of its crash; resolves with what closes it.
 * @param onFinal - what it reads can never be read: no other consumer is begun.
 */
export function keepAlive(
  { clock, logger }: Pick<ClusterOptions, "clock" | "logger">,
  doing: string,
  life: (onCrash: (error: Error) => void) => Promise<() => Promise<void>>,
  onFinal: (error: CodedError) => void = () => {},
): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => stopping.signal.addEventListener("abort", () => resolve()));
  const one = async (): Promise<void> => {
    let crash = (_error: Error): void => {};
    const crashed = new Promise<never>((_, reject) => {
      crash = reject;
    });
    // The consumer may crash while it is being closed: by then it is not awaited.
    crashed.catch(() => {});
    const close = await life(crash);
    try {
      await Promise.race([crashed, stopped]);
    } finally {
      await close();
    }
  };
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const startedAt = clock.monotonic();
      try {
        await one();
      } catch (error) {
        if (stopping.signal.aborted) return;
        const failure = coded(error, doing);
        if (isCoded(failure, "KAFKA_UNREADABLE")) {
          logger.error({ code: failure.code, ...failure.context }, `${doing}: ${failure.message}`);
          onFinal(failure);
          return;
        }
        if (clock.monotonic() - startedAt > GOOD_LIFE_MS) failures = 0;
        report(logger, failure, {}, failures);
        await clock.sleep(pauseBefore(failures++), stopping.signal);
      }
    }
  };
  const running = run();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** At the longest pause, half a minute. */
const SAID_AGAIN = 30;

/** Say that there is trouble, and now and then that it lasts: its repetitions are for those who look closely. */
export function report(
  logger: Logger,
  { code, context, message }: CodedError,
  detail: Readonly<Record<string, unknown>>,
  failures: number,
): void {
  const level = failures % SAID_AGAIN === 0 ? "warn" : "debug";
  logger[level]({ ...detail, code, ...context }, `${message}; trying again`);
}

/** Wait for a disconnect, but not for a broker that no longer answers. Never rejects. */
export async function disconnected(clock: Clock, disconnect: Promise<void>): Promise<void> {
  const done = new AbortController();
  await Promise.race([disconnect.catch(() => {}), clock.sleep(DISCONNECT_MS, done.signal)]);
  done.abort();
}
