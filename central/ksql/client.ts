import type { Fetch } from "../../infra/runtime/security/http.ts";
import { CodedError, messageOf } from "../../schemas/errors.ts";

/** One element of the answer to a statement, as ksqlDB's REST API documents it. */
export type StatementAnswer = Readonly<Record<string, unknown>>;

/** What a running query sends: first its columns, then rows. */
export type QueryLine =
  | { readonly kind: "header"; readonly queryId: string | null; readonly names: readonly string[] }
  | { readonly kind: "row"; readonly values: readonly unknown[] };

export type StatementProperties = Readonly<Record<string, string>>;

/** What a client keeps between statements; the server keeps nothing of it. */
export interface ShellSettings {
  /** By SET. */
  readonly properties?: StatementProperties;
  /** By DEFINE: each `${name}` of a statement becomes the text. */
  readonly variables?: StatementProperties;
}

/** ksqlDB's REST API, as far as a client of statements and queries needs it. */
export interface KsqlClient {
  /** @throws {CodedError} KSQL_FAILED with the server's message, DEPENDENCY_UNAVAILABLE */
  run(sql: string, session?: ShellSettings): Promise<readonly StatementAnswer[]>;
  /** @throws {CodedError} KSQL_FAILED, DEPENDENCY_UNAVAILABLE */
  query(sql: string, session?: ShellSettings, signal?: AbortSignal): AsyncIterable<QueryLine>;
  /** Version of the server. @throws {CodedError} DEPENDENCY_UNAVAILABLE */
  version(): Promise<string>;
}

const KSQL_TYPE = "application/vnd.ksql.v1+json";
const DELIMITED_TYPE = "application/vnd.ksqlapi.delimited.v1";
const STATEMENT_TIMEOUT_MS = 60_000;

/**
 * @param url - for example http://localhost:8088
 * @param send - logs in where the server asks for it.
 */
export function ksqlClient(url: string, send: Fetch = fetch): KsqlClient {
  const base = url.replace(/\/$/, "");
  const ask = async (
    path: string,
    accept: string,
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await send(base + path, {
        method: body ? "POST" : "GET",
        headers: { accept, "content-type": KSQL_TYPE },
        signal,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new CodedError("DEPENDENCY_UNAVAILABLE", {
        message: `no ksql server answers at ${base}: start the system, or set KSQLDB_URL`,
        retryable: true,
        context: { url: base },
        cause,
      });
    }
    if (response.ok) return response;
    throw refusal(response.status, await response.text());
  };
  return {
    async run(ksql, { properties: streamsProperties = {}, variables: sessionVariables = {} } = {}) {
      const body = { ksql, streamsProperties, sessionVariables };
      const response = await ask("/ksql", KSQL_TYPE, body, AbortSignal.timeout(STATEMENT_TIMEOUT_MS));
      return (await response.json()) as readonly StatementAnswer[];
    },
    async *query(
      sql,
      { properties = {}, variables: sessionVariables = {} } = {},
      signal = new AbortController().signal,
    ) {
      const body = { sql, properties, sessionVariables };
      const response = await ask("/query-stream", DELIMITED_TYPE, body, signal);
      for await (const line of linesOf(response, signal)) yield parseLine(line);
    },
    async version() {
      const response = await ask("/info", KSQL_TYPE, undefined, AbortSignal.timeout(5000));
      const { KsqlServerInfo: info } = (await response.json()) as { KsqlServerInfo?: { version?: string } };
      return info?.version ?? "?";
    },
  };
}

/** The body's lines until it ends or `signal` aborts. */
async function* linesOf(response: Response, signal: AbortSignal): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      rest += decoder.decode(chunk, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      yield* lines.filter((line) => line.trim() !== "");
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (rest.trim() !== "") yield rest;
}

/** @throws {CodedError} KSQL_FAILED for an error that came after the header. */
function parseLine(line: string): QueryLine {
  const value: unknown = parsed(line);
  if (Array.isArray(value)) return { kind: "row", values: value };
  if (typeof value !== "object" || value === null) return { kind: "row", values: [value] };
  const { columnNames, queryId, message } = value as {
    columnNames?: readonly string[];
    queryId?: string | null;
    message?: unknown;
  };
  if (columnNames) return { kind: "header", queryId: queryId ?? null, names: columnNames };
  throw failed(String(message ?? line), {});
}

/** PRINT answers with plain text. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

function refusal(status: number, text: string): CodedError {
  try {
    const { message, error_code: errorCode } = JSON.parse(text) as { message?: string; error_code?: number };
    return failed(message ?? text, { status, errorCode });
  } catch (error) {
    return failed(`the server answered ${status}: ${text.slice(0, 200)} (${messageOf(error)})`, { status });
  }
}

function failed(message: string, context: Readonly<Record<string, unknown>>): CodedError {
  return new CodedError("KSQL_FAILED", { message, retryable: false, context });
}
