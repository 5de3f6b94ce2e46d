import { z } from "zod";
import { CodedError, isCoded, messageOf } from "../../../schemas/errors.ts";
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Fetch } from "../security/http.ts";
import type { ClientSchemaType, RegistryApi } from "./ports.ts";

export interface RegistryApiOptions {
  /** For example http://localhost:8081 */
  readonly url: string;
  /** Logs in where the registry asks for it. */
  readonly fetch?: Fetch;
  /** Ask again while the registry does not answer; left out: once. */
  readonly retry?: Retry;
}

interface Retry {
  readonly tries: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Question<T> {
  readonly path: string;
  /** Left out: POST with a body, GET without. */
  readonly method?: "PUT" | "DELETE";
  readonly body?: object;
  readonly answer: z.ZodType<T>;
  /** For errors. */
  readonly context: Readonly<Record<string, unknown>>;
}

const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
const REQUEST_TIMEOUT_MS = 5_000;
const FIRST_PAUSE_MS = 200;

/** The registry's own numbers (Confluent Schema Registry API, "Errors"). */
const SUBJECT_NOT_FOUND = 40401;
const VERSION_NOT_FOUND = 40402;
const SCHEMA_NOT_FOUND = 40403;

const idAnswer = z.object({ id: z.int() });
const schemaAnswer = z.object({ schema: z.string() });
const versionAnswer = z.object({ id: z.int(), schema: z.string() });
const holdersAnswer = z.array(z.object({ subject: z.string() }));
const errorAnswer = z.object({ error_code: z.int().optional(), message: z.string().optional() });

/** The Schema Registry's REST API v1 over HTTP. The one place that says which answer is which error. */
export function registryApi(options: RegistryApiOptions): RegistryApi {
  const subjectPath = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;
  return {
    async register(subject, schema, schemaType) {
      const path = `${subjectPath(subject)}/versions`;
      const body = { schema, ...typed(schemaType) };
      return (await ask(options, { path, body, answer: idAnswer, context: { subject } })).id;
    },
    async restore(subject, schema, id) {
      const [path, context] = [`/mode/${encodeURIComponent(subject)}`, { subject, id }];
      const mode = { path, answer: z.unknown(), context };
      await ask(options, { ...mode, method: "PUT", body: { mode: "IMPORT" } });
      try {
        const versions = `${subjectPath(subject)}/versions`;
        const body = { schema, id, version: 1 };
        return (await ask(options, { path: versions, body, answer: idAnswer, context })).id;
      } finally {
        await ask(options, { ...mode, method: "DELETE" });
      }
    },
    async lookUp(subject, schema, schemaType) {
      const path = subjectPath(subject);
      const body = { schema, ...typed(schemaType) };
      const found = ask(options, { path, body, answer: idAnswer, context: { subject } });
      return (await unlessMissing(found, SUBJECT_NOT_FOUND, SCHEMA_NOT_FOUND))?.id;
    },
    latest(subject) {
      const path = `${subjectPath(subject)}/versions/latest`;
      const found = ask(options, { path, answer: versionAnswer, context: { subject } });
      return unlessMissing(found, SUBJECT_NOT_FOUND, VERSION_NOT_FOUND);
    },
    async byId(id) {
      return (await ask(options, { path: `/schemas/ids/${id}`, answer: schemaAnswer, context: { id } }))
        .schema;
    },
    async subjectsOf(id) {
      const path = `/schemas/ids/${id}/versions`;
      const holders = await ask(options, { path, answer: holdersAnswer, context: { id } });
      return holders.map(({ subject }) => subject);
    },
  };
}

function typed(schemaType: ClientSchemaType | undefined): { readonly schemaType?: ClientSchemaType } {
  return schemaType === undefined ? {} : { schemaType };
}

/** undefined where the registry says that what was asked for is not there. */
async function unlessMissing<T>(answer: Promise<T>, ...codes: readonly number[]): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isCoded(error) && codes.includes(Number(error.context["registryCode"]))) return undefined;
    throw error;
  }
}

async function ask<T>(options: RegistryApiOptions, question: Question<T>): Promise<T> {
  const { retry } = options;
  for (let n = 1; ; n++) {
    try {
      return await askOnce(options, question);
    } catch (error) {
      if (!retry || n >= retry.tries || !isCoded(error) || !error.retryable) throw error;
      retry.logger.debug({ code: error.code, ...error.context, n }, error.message);
      await retry.clock.sleep(FIRST_PAUSE_MS * 2 ** (n - 1));
    }
  }
}

async function askOnce<T>(options: RegistryApiOptions, question: Question<T>): Promise<T> {
  const { path, body, method = body === undefined ? "GET" : "POST", answer, context } = question;
  const url = options.url.replace(/\/$/, "") + path;
  let response: Response;
  let text: string;
  try {
    response = await (options.fetch ?? fetch)(url, {
      method,
      headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw unavailable(`no answer from ${url}: ${messageOf(cause)}`, true, context, cause);
  }
  if (!response.ok) throw refusal(response.status, text, url, context);
  try {
    return answer.parse(JSON.parse(text));
  } catch (cause) {
    throw unavailable(`${url} does not answer as a Schema Registry does`, false, context, cause);
  }
}

function refusal(
  status: number,
  text: string,
  url: string,
  context: Question<unknown>["context"],
): CodedError {
  const { error_code: registryCode, message = text } = errorOf(text);
  const detail = { ...context, status, registryCode };
  if (registryCode === SCHEMA_NOT_FOUND) {
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

function unavailable(
  message: string,
  retryable: boolean,
  context: Question<unknown>["context"],
  cause?: unknown,
): CodedError {
  return new CodedError("REGISTRY_UNAVAILABLE", { message, retryable, context, cause });
}
