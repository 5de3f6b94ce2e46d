import type { Clock } from "../../infra/runtime/clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { likelyCause } from "./cause.ts";
import type { Connect, ConnectorStatus } from "./ports.ts";

const PAUSE_MS = 200;
const PATIENCE_MS = 60_000;
/** For how long after a change Connect may still show how the connector failed before it. */
const STALE_MS = 10_000;

export function runs({ state, tasks }: ConnectorStatus): boolean {
  return state === "RUNNING" && tasks.length > 0 && tasks.every((task) => task.state === "RUNNING");
}

/** Why it does not run: the trace of the connector or of its first failed task. */
export function failureOf({ state, trace, tasks }: ConnectorStatus): string | undefined {
  if (state === "FAILED") return trace ?? "no trace";
  const failed = tasks.find((task) => task.state === "FAILED");
  return failed && (failed.trace ?? "no trace");
}

/**
 * Wait until the connector and all its tasks run.
 *
 * @param before - its status before the change: the same failure, seen again soon after, is the old one.
 * @throws {CodedError} CONNECT_FAILED with the trace and its likely cause.
 */
export async function untilRunning(
  { connect, clock }: { readonly connect: Connect; readonly clock: Clock },
  name: string,
  before: ConnectorStatus | undefined,
): Promise<ConnectorStatus> {
  const start = clock.monotonic();
  const oldFailure = before && failureOf(before);
  for (;;) {
    const status = await connect.status(name);
    if (status && runs(status)) return status;
    const waited = clock.monotonic() - start;
    const failure = status && failureOf(status);
    if (failure !== undefined && (failure !== oldFailure || waited > STALE_MS)) throw failed(name, failure);
    if (waited > PATIENCE_MS) {
      const states = status
        ? [status.state, ...status.tasks.map((task) => task.state)].join(", ")
        : "not taken up";
      throw new CodedError("CONNECT_FAILED", {
        message: `${name} does not run after ${PATIENCE_MS / 1000} s: ${states}`,
        retryable: true,
        context: { connector: name },
      });
    }
    await clock.sleep(PAUSE_MS);
  }
}

function failed(name: string, trace: string): CodedError {
  return new CodedError("CONNECT_FAILED", {
    message: `${name} failed. Likely cause: ${likelyCause(trace)}\n${trace.trimEnd()}`,
    retryable: false,
    context: { connector: name },
  });
}
