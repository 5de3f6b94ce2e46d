import { bearer } from "../../../../infra/runtime/security/http.ts";
import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import type { Experiment } from "./experiment.ts";

export interface Controls {
  /** The supervisor's address; null: the processes have no supervisor. */
  readonly supervisorUrl: string | null;
  /** The firmware simulator's; null: the devices are real. */
  readonly simulatorUrl: string | null;
  /** What each of them asks for; absent: nothing. */
  readonly supervisorToken?: string;
  readonly simulatorToken?: string;
}

const TIMEOUT_MS = 3_000;

/**
 * Do it.
 *
 * @throws {CodedError} DEPENDENCY_UNAVAILABLE when who would do it does not answer; CONTROL_FAILED when it refuses.
 */
export async function perform({ effect, forMs }: Experiment, controls: Controls): Promise<void> {
  const { supervisorUrl: url, supervisorToken: token } = controls;
  const supervisor = { url, token, who: "supervisor" };
  if ("kill" in effect) {
    await post(supervisor, `/parts/${effect.kill}/kill`, undefined);
    return;
  }
  if ("system" in effect) {
    const { system: kind, ...rest } = effect;
    await post(supervisor, "/faults", { kind, ...rest, forMs });
    return;
  }
  const { fault: kind, ...rest } = effect;
  await orderSimulator("/faults", { kind, ...rest, ...(forMs === null ? {} : { forMs }) }, controls);
}

/**
 * @returns what it answers, as JSON.
 * @throws {CodedError} as `perform`.
 */
export async function orderSimulator(path: string, body: unknown, controls: Controls): Promise<unknown> {
  const { simulatorUrl: url, simulatorToken: token } = controls;
  const answer = await post({ url, token, who: "firmware simulator" }, path, body);
  return await answer.json();
}

interface Ordered {
  readonly url: string | null;
  readonly token: string | undefined;
  readonly who: string;
}

async function post({ url, token, who }: Ordered, path: string, body: unknown): Promise<Response> {
  const answer = await (url === null
    ? Promise.reject(new Error("its address is not known"))
    : fetch(`${url}${path}`, {
        method: "POST",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: { ...bearer(token), ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
  ).catch((cause: unknown) => {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `the ${who} does not answer (${messageOf(cause)}): it runs with npm start`,
      retryable: true,
      cause,
    });
  });
  if (answer.ok) return answer;
  throw new CodedError("CONTROL_FAILED", {
    message: `the ${who} refuses: ${problemIn(await answer.text())}`,
    retryable: false,
    context: { status: answer.status },
  });
}

/** The words of an answer that refuses: what its JSON says, or its text. */
export function problemIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { readonly error?: unknown; readonly message?: unknown };
    const words = [message, error].find((each) => typeof each === "string");
    return words ?? "it gives no reason";
  } catch {
    return body.trim().slice(0, 200) || "it gives no reason";
  }
}
