import { CodedError } from "../../../../schemas/errors.ts";
import type { Fetch } from "../../../runtime/security/http.ts";

interface RegisteredSchema {
  readonly id: number;
  /** The schema's text. */
  readonly schema: string;
}

/** What this server needs of a schema registry. */
export interface SchemaRegistry {
  /** The newest version under a subject; undefined when there is none. @throws {CodedError} REGISTRY_UNAVAILABLE */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** @throws {CodedError} REGISTRY_UNKNOWN_SCHEMA, REGISTRY_UNAVAILABLE */
  byId(id: number): Promise<string>;
  /** @throws {CodedError} REGISTRY_INCOMPATIBLE, REGISTRY_UNAVAILABLE */
  register(subject: string, schema: string): Promise<number>;
}

const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
const TIMEOUT_MS = 10_000;

/** Confluent's REST API. */
export function httpRegistry(url: string, send: Fetch = fetch): SchemaRegistry {
  const base = url.replace(/\/$/, "");
  const ask = async (
    path: string,
    body?: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    try {
      const response = await send(base + path, {
        method: body ? "POST" : "GET",
        headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (cause) {
      throw unavailable(`the schema registry at ${base} does not answer`, cause);
    }
  };
  const failure = (status: number, body: Record<string, unknown>, what: string): CodedError =>
    unavailable(`the schema registry answers ${status} to ${what}: ${String(body["message"])}`);
  return {
    async latest(subject) {
      const { status, body } = await ask(`/subjects/${encodeURIComponent(subject)}/versions/latest`);
      if (status === 404) return undefined;
      if (status !== 200) throw failure(status, body, subject);
      return { id: Number(body["id"]), schema: String(body["schema"]) };
    },
    async byId(id) {
      const { status, body } = await ask(`/schemas/ids/${id}`);
      if (status === 404) {
        throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", {
          message: `the schema registry knows no schema ${id}`,
          retryable: false,
          context: { id },
        });
      }
      if (status !== 200) throw failure(status, body, `schema ${id}`);
      return String(body["schema"]);
    },
    async register(subject, schema) {
      const { status, body } = await ask(`/subjects/${encodeURIComponent(subject)}/versions`, { schema });
      if (status === 200) return Number(body["id"]);
      if (status !== 409) throw failure(status, body, subject);
      throw new CodedError("REGISTRY_INCOMPATIBLE", {
        message: `Could not register schema for topic: ${String(body["message"])}`,
        retryable: false,
        context: { subject },
      });
    },
  };
}

function unavailable(message: string, cause?: unknown): CodedError {
  return new CodedError("REGISTRY_UNAVAILABLE", { message, retryable: true, cause });
}

/** A registry in memory, for unit tests: no compatibility rules. */
export function memoryRegistry(): SchemaRegistry {
  const ids = new Map<string, number>();
  const latest = new Map<string, RegisteredSchema>();
  return {
    latest: async (subject) => latest.get(subject),
    async byId(id) {
      for (const [schema, known] of ids) if (known === id) return schema;
      throw new CodedError("REGISTRY_UNKNOWN_SCHEMA", { message: `no schema ${id}`, retryable: false });
    },
    async register(subject, schema) {
      const id = ids.get(schema) ?? ids.size + 1;
      ids.set(schema, id);
      latest.set(subject, { id, schema });
      return id;
    },
  };
}
