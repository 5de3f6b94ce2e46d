import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import type { Experiment } from "./catalogue.ts";

export interface Controls {
  /** The supervisor's address; null: nobody supervises the processes. */
  readonly supervisorUrl: string | null;
  /** The firmware simulator's; null: the devices are real. */
  readonly simulatorUrl: string | null;
}

const TIMEOUT_MS = 3_000;

/**
 * Do it.
 *
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when who would do it does not answer; CONTROL_FAILED when it refuses.
 */
export async function perform({ effect, healsMs }: Experiment, controls: Controls): Promise<void> {
  if ("kill" in effect) {
    await post(controls.supervisorUrl, `/parts/${effect.kill}/kill`, undefined, "supervisor");
    return;
  }
  const { fault: kind, ...rest } = effect;
  await post(controls.simulatorUrl, "/faults", { kind, ...rest, forMs: healsMs }, "firmware simulator");
}

async function post(url: string | null, path: string, body: unknown, who: string): Promise<void> {
  const answer = await (url === null
    ? Promise.reject(new Error("its address is not known"))
    : fetch(`${url}${path}`, {
        method: "POST",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      })
  ).catch((cause: unknown) => {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `the ${who} does not answer (${messageOf(cause)}): it runs with npm start`,
      retryable: true,
      cause,
    });
  });
  if (answer.ok) return;
  throw new CodedError("CONTROL_FAILED", {
    message: `the ${who} refuses: ${await answer.text()}`,
    retryable: false,
    context: { status: answer.status },
  });
}
