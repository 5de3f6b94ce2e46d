import type { Clock } from "../../infra/runtime/clock.ts";
import { afterListening } from "../../infra/runtime/listening-time.ts";
import { CodedError } from "../../schemas/errors.ts";

/** What opens, writes to or closes a line may never call back (node-serialport#1361). Milliseconds. */
export const LINE_LIMITS = { openMs: 3_000, writeMs: 5_000, closeMs: 2_000 } as const;

/**
 * Give something that calls back a time, in which this process listens.
 *
 * @throws {CodedError} SERIAL_TIMEOUT when it did not call back within `ms`.
 */
export function within(
  limit: { readonly clock: Clock; readonly path: string; readonly what: string; readonly ms: number },
  start: (done: (error?: Error | null) => void) => void,
): Promise<void> {
  const { clock, path, what, ms } = limit;
  return new Promise((resolve, reject) => {
    const cancel = afterListening(clock, ms, () =>
      reject(
        new CodedError("SERIAL_TIMEOUT", {
          message: `${what} of ${path} did not return within ${ms} ms`,
          retryable: true,
          context: { path, what, ms },
        }),
      ),
    );
    start((error) => {
      cancel();
      if (error) reject(error);
      else resolve();
    });
  });
}
