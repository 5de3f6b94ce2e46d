import type { Schema } from "avsc";
import { z } from "zod";
import { CodedError, messageOf } from "../../../schemas/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Fetch } from "../security/http.ts";
import type { RegistryClient } from "./ports.ts";

interface RegistryOptions {
  /** For example http://localhost:8081 */
  readonly url: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Logs in where the registry asks for it. */
  readonly fetch?: Fetch;
  /** Tries in all while the registry does not answer. Default 5, about 3 s. */
  readonly tries?: number;
}

const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
const REQUEST_TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 200;

const idAnswer = z.object({ id: z.int() });
/** The schema is JSON inside a JSON string. */
const schemaAnswer = z.object({ schema: z.string().transform((text) => JSON.parse(text) as Schema) });
const errorAnswer = z.object({ error_code: z.int().optional(), message: z.string().optional() });

/** The registry's own numbers (Confluent Schema Registry API, "Errors"). */
const UNKNOWN_SCHEMA = 40403;

/** A client of the Schema Registry's REST API v1. What was learnt is remembered: ids and schemas never change. */
export function createRegistryClient(options: RegistryOptions): RegistryClient {
  const ids = new Map<string, Promise<number>>();
  const schemas = new Map<number, Promise<Schema>>();
  return {
    register(subject, schema) {
      const text = JSON.stringify(schema);
      return remembered(ids, `${subject} ${text}`, async () => {
        const path = `/subjects/${encodeURIComponent(subject)}/versions`;
        return (await request(options, path, idAnswer, { subject }, { schema: text })).id;
      });
    },
    schemaById(id) {
      return remembered(schemas, id, async () => {
        return (await request(options, `/schemas/ids/${id}`, schemaAnswer, { id })).schema;
      });
    },
  };
}

/** One request per key, also for callers at the same moment; a failure is not remembered. */
function remembered<K, V>(known: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  let answer = known.get(key);
  if (!answer) {
    answer = ask();
    known.set(key, answer);
    answer.catch(() => known.delete(key));
  }
  return answer;
}

type Context = Readonly<Record<string, unknown>>;

/** GET, or POST when there is a body. Repeated only while the registry cannot answer, never when it says no. */
async function request<T>(
  options: RegistryOptions,
  path: string,
  expected: z.ZodType<T>,
  context: Context,
  body?: unknown,
): Promise<T> {
  const { clock, logger, tries = 5 } = options;
  const url = options.url.replace(/\/$/, "") + path;
  for (let n = 1; ; n++) {
    try {
      return parsed(await once(options, url, context, body), expected, url, context);
    } catch (error) {
      if (!(error instanceof CodedError) || !error.retryable || n >= tries) throw error;
      logger.debug({ code: error.code, ...error.context, n }, error.message);
      await clock.sleep(FIRST_PAUSE_MS * 2 ** (n - 1));
    }
  }
}

/** @returns the text of a good answer */
async function once(options: RegistryOptions, url: string, context: Context, body: unknown): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw unavailable(`no answer from ${url}: ${messageOf(cause)}`, true, context, cause);
  }
  if (!response.ok) throw refusal(response.status, text, url, context);
  return text;
}

function parsed<T>(text: string, expected: z.ZodType<T>, url: string, context: Context): T {
  try {
    return expected.parse(JSON.parse(text));
  } catch (cause) {
    throw unavailable(`${url} does not answer as a Schema Registry does`, false, context, cause);
  }
}

function refusal(status: number, text: string, url: string, context: Context): CodedError {
  const { error_code: code, message = text } = errorOf(text);
  const detail = { ...context, status, registryCode: code };
  if (code === UNKNOWN_SCHEMA) {
    return new CodedError("REGISTRY_UNKNOWN_SCHEMA", { message, retryable: false, context: detail });
  }
  if (status === 409 || status === 422) {
    return new CodedError("REGISTRY_INCOMPATIBLE", { message, retryable: false, context: detail });
  }
  const retryable = status >= 500 || status === 408 || status === 429;
  return unavailable(`${url} answered ${status}: ${message}`, retryable, detail);
}

/** An error without the registry's JSON comes from something in between. */
function errorOf(text: string): z.output<typeof errorAnswer> {
  try {
    return errorAnswer.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

function unavailable(message: string, retryable: boolean, context: Context, cause?: unknown): CodedError {
  return new CodedError("REGISTRY_UNAVAILABLE", { message, retryable, context, cause });
}
