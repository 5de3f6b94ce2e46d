import { z } from "zod";
import type { Clock } from "../../infra/runtime/clock.ts";
import type { Fetch } from "../../infra/runtime/security/http.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";
import type { Connect } from "./ports.ts";

export interface ConnectOptions {
  /** For example http://localhost:8083 */
  readonly url: string;
  readonly clock: Clock;
  /** How long Connect may take to start or to rebalance, ms. */
  readonly patienceMs?: number;
  /** Logs in where Connect asks for it. */
  readonly fetch?: Fetch;
  /** Told once for each request that has to wait, with what is being waited for. */
  readonly onWaiting?: (reason: string) => void;
}

const PAUSE_MS = 250;
/** A shorter rebalance is not reported. */
const TRIES_UNTOLD = 4;
const REQUEST_TIMEOUT_MS = 30_000;

/** No answer yet, rebalancing, starting, another worker that is not there. */
const PASSING: readonly number[] = [0, 409, 502, 503, 504];

const pluginList = z.array(z.object({ class: z.string(), type: z.string() }));
const validation = z.object({
  configs: z.array(z.object({ value: z.object({ name: z.string(), errors: z.array(z.string()) }) })),
});
const trace = z.string().exactOptional();
const statusAnswer = z.object({
  name: z.string(),
  connector: z.object({ state: z.string(), trace }),
  tasks: z.array(z.object({ id: z.int(), state: z.string(), trace })),
});
const configAnswer = z.record(z.string(), z.string());

/** Kafka Connect over HTTP. */
export function httpConnect(options: ConnectOptions): Connect {
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    patiently(options, method, path, body);
  const at = (name: string): string => `/connectors/${encodeURIComponent(name)}`;
  return {
    async plugins() {
      const list = read(pluginList, await ask("GET", "/connector-plugins"));
      return list.filter(({ type }) => type === "source" || type === "sink").map((plugin) => plugin.class);
    },
    async validate(config) {
      const plugin = config["connector.class"]?.split(".").at(-1) ?? "";
      const path = `/connector-plugins/${encodeURIComponent(plugin)}/config/validate`;
      const { configs } = read(validation, await ask("PUT", path, config));
      return configs
        .map(({ value }) => ({ setting: value.name, errors: value.errors }))
        .filter(({ errors }) => errors.length > 0);
    },
    connectors: async () => read(z.array(z.string()), await ask("GET", "/connectors")),
    async config(name) {
      const answer = await ask("GET", `${at(name)}/config`);
      return answer.status === 404 ? undefined : read(configAnswer, answer);
    },
    async put(name, config) {
      await ask("PUT", `${at(name)}/config`, config);
    },
    async status(name) {
      const answer = await ask("GET", `${at(name)}/status`);
      if (answer.status === 404) return undefined;
      const { connector, tasks } = read(statusAnswer, answer);
      return { name, ...connector, tasks };
    },
    restart: async (name) =>
      (await ask("POST", `${at(name)}/restart?includeTasks=true&onlyFailed=false`)).status !== 404,
    async forgetOffsets(name) {
      await ask("PUT", `${at(name)}/stop`);
      // Refused until its tasks have ended.
      await ask("DELETE", `${at(name)}/offsets`);
    },
    remove: async (name) => (await ask("DELETE", at(name))).status !== 404,
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function patiently(
  options: ConnectOptions,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const { clock, url, patienceMs = 60_000 } = options;
  const deadline = clock.monotonic() + patienceMs;
  for (let n = 1; ; n++) {
    const answer = await once(options, method, path, body);
    if (answer.status === 404 || (answer.status >= 200 && answer.status < 400)) return answer;
    if (!passes(answer)) throw refused(`${method} ${path}`, answer);
    if (clock.monotonic() >= deadline) {
      throw new CodedError("DEPENDENCY_UNAVAILABLE", {
        message: `Kafka Connect at ${url} does not answer: ${reasonOf(answer)}. Is it running, and is CONNECT_URL right?`,
        retryable: true,
        context: { url, status: answer.status },
      });
    }
    if (n === TRIES_UNTOLD) {
      options.onWaiting?.(
        `Kafka Connect at ${url} does not answer yet (${reasonOf(answer)}): waiting up to ${Math.round(patienceMs / 1_000)} s`,
      );
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** @returns status 0 without an answer. */
async function once(options: ConnectOptions, method: string, path: string, body?: unknown): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(options.url.replace(/\/$/, "") + path, {
      method,
      headers: { accept: "application/json", "content-type": "application/json" },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    return { status: 0, body: { message: messageOf(reason) } };
  }
  return { status: response.status, body: jsonOf(text) };
}

/** A worker that cannot reach Kafka or its group answers 500 after a while; one whose tasks still end, 400. */
function passes(answer: Answer): boolean {
  const reason = reasonOf(answer);
  if (answer.status === 500) return /timed out/i.test(reason);
  if (answer.status === 400) return /must be in the STOPPED state/i.test(reason);
  return PASSING.includes(answer.status);
}

/** @throws {CodedError} CONNECT_FAILED when something else is behind the address. */
function read<T>(expected: z.ZodType<T>, { body }: Answer): T {
  const result = expected.safeParse(body);
  if (result.success) return result.data;
  throw new CodedError("CONNECT_FAILED", {
    message: "what answers at CONNECT_URL is not Kafka Connect's REST API",
    retryable: false,
    context: { problem: result.error.message },
    cause: result.error,
  });
}

function jsonOf(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 500) };
  }
}

function refused(request: string, answer: Answer): CodedError {
  return new CodedError("CONNECT_FAILED", {
    message: `Kafka Connect refuses ${request}: ${reasonOf(answer)}`,
    retryable: false,
    context: { request, status: answer.status },
  });
}

function reasonOf({ status, body }: Answer): string {
  const message = z.object({ message: z.string() }).safeParse(body);
  return message.success ? message.data.message : `HTTP ${status}`;
}
