import type { Clock } from "../../infra/runtime/clock.ts";
import type { Fetch } from "../../infra/runtime/security/http.ts";
import { CodedError } from "../../schemas/errors.ts";

/** Rows of an answer, by the names of their columns. */
export type FlinkRow = Readonly<Record<string, unknown>>;

/** A session of Flink's SQL gateway: what SET and CREATE TEMPORARY made is there for later statements. */
export interface FlinkSession {
  /** @throws {CodedError} FLINK_FAILED with Flink's reason, DEPENDENCY_UNAVAILABLE */
  run(statement: string): Promise<readonly FlinkRow[]>;
  close(): Promise<void>;
}

/** Flink's SQL gateway, as its REST API documents it. */
export interface FlinkGateway {
  /** @throws {CodedError} DEPENDENCY_UNAVAILABLE */
  version(): Promise<string>;
  /** @throws {CodedError} FLINK_FAILED, DEPENDENCY_UNAVAILABLE */
  open(): Promise<FlinkSession>;
}

interface Results {
  readonly resultType?: "NOT_READY" | "PAYLOAD" | "EOS";
  readonly nextResultUri?: string;
  readonly results?: {
    readonly columns?: readonly { readonly name: string }[];
    readonly data?: readonly { readonly fields: readonly unknown[] }[];
  };
}

const REQUEST_TIMEOUT_MS = 30_000;
const PAUSE_MS = 100;

interface GatewayOptions {
  /** For example http://localhost:8084 */
  readonly url: string;
  readonly clock: Clock;
  /** Logs in where the gateway is behind something that asks for it. */
  readonly send?: Fetch;
}

export function flinkGateway({ url, clock, send = fetch }: GatewayOptions): FlinkGateway {
  const base = url.replace(/\/$/, "");
  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await reach(base, () =>
      send(base + path, {
        method,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        ...(body ? { body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {}),
      }),
    );
    const text = await response.text();
    if (response.ok) return JSON.parse(text) as Record<string, unknown>;
    throw failed(reasonOf(text), { status: response.status });
  };
  const run = async (session: string, statement: string): Promise<readonly FlinkRow[]> => {
    const operations = `/v2/sessions/${session}`;
    const { operationHandle } = await ask("POST", `${operations}/statements`, { statement });
    let next: string | undefined =
      `${operations}/operations/${String(operationHandle)}/result/0?rowFormat=JSON`;
    const rows: FlinkRow[] = [];
    while (next) {
      const answer: Results = await ask("GET", next);
      if (answer.resultType === "NOT_READY") {
        await clock.sleep(PAUSE_MS);
        continue;
      }
      rows.push(...rowsOf(answer));
      next = answer.resultType === "EOS" ? undefined : answer.nextResultUri;
    }
    return rows;
  };
  return {
    async version() {
      return String((await ask("GET", "/v1/info"))["version"] ?? "?");
    },
    async open() {
      const session = String((await ask("POST", "/v1/sessions", {}))["sessionHandle"]);
      return {
        run: (statement) => run(session, statement),
        close: async () => void (await ask("DELETE", `/v1/sessions/${session}`)),
      };
    },
  };
}

async function reach(url: string, request: () => Promise<Response>): Promise<Response> {
  try {
    return await request();
  } catch (cause) {
    throw new CodedError("DEPENDENCY_UNAVAILABLE", {
      message: `no SQL gateway of Flink answers at ${url}: start one, or set FLINK_SQL_GATEWAY_URL`,
      retryable: true,
      context: { url },
      cause,
    });
  }
}

function rowsOf({ results }: Results): readonly FlinkRow[] {
  const names = (results?.columns ?? []).map(({ name }) => name);
  return (results?.data ?? []).map(({ fields }) =>
    Object.fromEntries(names.map((name, n) => [name, fields[n]])),
  );
}

/** The last cause that a stack of Java names says most; an answer without one is told as it is. */
function reasonOf(text: string): string {
  const causes = [
    ...text.matchAll(/(?:Caused by: |server side:\\n)([\w.$]+(?:Exception|Error): .*?)(?:\\n|\\r|")/g),
  ];
  return causes.at(-1)?.[1] ?? text.slice(0, 500);
}

function failed(message: string, context: Readonly<Record<string, unknown>>): CodedError {
  return new CodedError("FLINK_FAILED", { message, retryable: false, context });
}
