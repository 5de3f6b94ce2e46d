import { CodedError, messageOf } from "../../../schemas/errors.ts";
import type { Fetch } from "../../runtime/security/http.ts";
import type { Schemas } from "./ports.ts";

const TYPE = "application/vnd.schemaregistry.v1+json";
/** Schemas remembered at most: clients that send a new text with each request must not fill the memory. */
const REMEMBERED = 1000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> | readonly unknown[];
}

/** The Schema Registry over HTTP. */
export function httpSchemas(url: string, timeoutMs = 10_000, send: Fetch = fetch): Schemas {
  const ids = new Remembered<number>();
  const texts = new Remembered<string>();

  const ask = async (method: string, path: string, schema?: string): Promise<Answer> => {
    try {
      const response = await send(url.replace(/\/$/, "") + path, {
        method,
        headers: { accept: TYPE, ...(schema === undefined ? {} : { "content-type": TYPE }) },
        ...(schema === undefined ? {} : { body: JSON.stringify({ schema }) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, body: (await response.json()) as Answer["body"] };
    } catch (cause) {
      throw unavailable(`the Schema Registry at ${url} does not answer: ${messageOf(cause)}`, cause);
    }
  };

  const lookUpOrRegister = async (subject: string, text: string): Promise<number> => {
    const path = `/subjects/${encodeURIComponent(subject)}`;
    const found = await ask("POST", path, text);
    const answer = found.status === 404 ? await ask("POST", `${path}/versions`, text) : found;
    if (answer.status === 200 && "id" in answer.body) return Number(answer.body.id);
    if (answer.status >= 500) throw unavailable(reasonOf(answer));
    throw new CodedError("REGISTRY_INCOMPATIBLE", {
      message: `schema refused for subject ${subject}: ${reasonOf(answer)}`,
      retryable: false,
      context: { subject, status: answer.status },
    });
  };

  const fetchText = async (subject: string, id: number): Promise<string> => {
    const holders = await ask("GET", `/schemas/ids/${id}/versions`);
    if (holders.status >= 500) throw unavailable(reasonOf(holders));
    const held =
      Array.isArray(holders.body) && holders.body.some((h: { subject?: unknown }) => h.subject === subject);
    const schema = held ? await ask("GET", `/schemas/ids/${id}`) : undefined;
    if (schema?.status === 200 && "schema" in schema.body) return String(schema.body.schema);
    throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", {
      message: `no schema with id ${id} under subject ${subject}`,
      retryable: false,
      context: { subject, id },
    });
  };

  return {
    idOf: (subject, text) => ids.get(`${subject}\n${text}`, () => lookUpOrRegister(subject, text)),
    textOf: (subject, id) => texts.get(`${subject}\n${id}`, () => fetchText(subject, id)),
  };
}

/** Answers by key, the oldest forgotten first; callers of one key share the question, and a failure is forgotten. */
class Remembered<T> {
  readonly #answers = new Map<string, Promise<T>>();

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = ask();
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    const oldest = this.#answers.size > REMEMBERED ? this.#answers.keys().next().value : undefined;
    if (oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}

function reasonOf({ status, body }: Answer): string {
  return "message" in body ? String(body.message) : `HTTP ${status}`;
}

function unavailable(message: string, cause?: unknown): CodedError {
  return new CodedError("REGISTRY_UNAVAILABLE", { message, retryable: true, cause });
}
