import { exitCodeOf, isCoded, messageOf } from "../../../schemas/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Environment } from "./environment.ts";

/** How long a first SIGINT or SIGTERM may drain before the process exits anyway. */
export const DRAIN_MS = 10_000;

/**
 * A second signal this soon is the same one again: npm passes on a Ctrl+C that the terminal has sent to its child
 * already, and a supervisor's end is told both by stdin and by its watchdog.
 */
const SAME_SIGNAL_MS = 500;

export interface Running {
  /** Stop taking new work, finish what was accepted, release everything. */
  stop(): Promise<void>;
  /** Rejects when the service cannot go on; absent for services that only end by `stop`. */
  readonly failed?: Promise<never>;
}

/** What a process has before any service. */
export interface ProcessContext {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly env: Environment;
}

/**
 * Run a service as this process until a signal, its own failure or (with `ELEVATED_PARENT=pipe`) its parent's death.
 *
 * First SIGINT or SIGTERM: drain, at most `DRAIN_MS`, exit 0. A second: exit at once. An error's exit code is that of
 * `exitCodeOf`. A child whose stdin is a pipe from the supervisor ends when the pipe does: the parent is gone.
 */
export async function runService(
  { logger, clock, env }: ProcessContext,
  start: (signal: AbortSignal) => Promise<Running>,
): Promise<never> {
  const abort = new AbortController();
  let running: Running | undefined;
  let stopping: number | undefined;
  const stop = async (reason: string): Promise<void> => {
    const now = clock.monotonic();
    if (stopping !== undefined) {
      if (now - stopping > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stopping = now;
    logger.info({ reason }, "stopping");
    abort.abort();
    clock.after(DRAIN_MS, () => {
      logger.error({ afterMs: DRAIN_MS }, "still draining: giving up");
      process.exit(1);
    });
    await running?.stop();
    process.exit(0);
  };
  const fail = (error: unknown): never => {
    reportFailure(logger, error);
    process.exit(exitCodeOf(error));
  };
  process.on("SIGINT", () => void stop("SIGINT").catch(fail));
  process.on("SIGTERM", () => void stop("SIGTERM").catch(fail));
  // Libraries write there too; on a full disk that is no reason to end.
  process.stderr.on("error", () => {});
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
  if (env["ELEVATED_PARENT"] === "pipe") {
    process.stdin.resume();
    process.stdin.on("end", () => void stop("parent ended").catch(fail));
    process.stdin.on("error", () => void stop("parent ended").catch(fail));
  }
  try {
    running = await start(abort.signal);
    if (running.failed) await running.failed;
  } catch (error) {
    if (stopping === undefined) fail(error);
  }
  return new Promise<never>(() => {});
}

/** One line that names the cause and the fix; the stack only for an unexpected error. */
export function reportFailure(logger: Logger, error: unknown): void {
  if (isCoded(error)) logger.fatal({ code: error.code, ...error.context }, error.message);
  else logger.fatal({ err: error }, messageOf(error));
}
