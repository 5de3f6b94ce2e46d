import { messageOf } from "../../../../schemas/errors.ts";
import { RestError } from "../../../runtime/http/errors.ts";
import type { SchemaContent } from "../core/content.ts";
import { parseMetadata, parseReferences, parseRuleSet, parseSchemaType } from "../core/data-contract.ts";
import type { SchemaRequest } from "../core/decisions.ts";
import { refusal } from "../core/errors.ts";
import type { ParsedSchema } from "../core/parsed.ts";
import { parseContent } from "../core/parsing.ts";
import type { RegistryState } from "../core/state.ts";
import { parseTags, type SchemaTags } from "../core/tags.ts";

/** One request of the API, decoded as far as every handler needs it. */
export interface RegistryRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The body's JSON object; asking for it refuses what is none. */
  readonly body: () => Readonly<Record<string, unknown>>;
}

/** @throws {RestError} 42205 for a subject of another context. */
export function param(request: RegistryRequest, name: string): string {
  const value = request.params[name] ?? "";
  return name === "subject" ? subjectNamed(value) : value;
}

/** `:.:name` is `name`: a subject of the default context, the only one here. */
function subjectNamed(name: string): string {
  const [, context, subject = ""] = /^:\.([^:]*):(.*)$/su.exec(name) ?? [];
  if (context === undefined) return name;
  if (context === "" && subject !== "") return subject;
  throw refusal.notPermitted(`Contexts are not supported by this registry: '${name}'`);
}

/** The request for the subject that the one it names stands for. @throws {RestError} 42205 */
export function named(state: RegistryState, request: RegistryRequest): RegistryRequest {
  const subject = param(request, "subject");
  return { ...request, params: { ...request.params, subject: behind(state, subject) } };
}

/** The subject that a name stands for. */
export function behind(state: RegistryState, name: string): string {
  return subjectNamed(state.ownConfig(name)?.alias || name);
}

/** Whose setting it is; null: everybody's, without a subject or as the default context `:.:`. */
export function settingSubject(request: RegistryRequest): string | null {
  const { subject } = request.params;
  return subject === undefined || subject === ":.:" ? null : subjectNamed(subject);
}

/** What subjects begin with; `:*:` stands for all contexts. */
export function prefixOf(request: RegistryRequest): string {
  return (request.query.get("subjectPrefix") ?? "").replace(/^:[.*]:/, "");
}

/**
 * `?format=resolved`: with what an Avro schema refers to in its place; `serialized`: a Protobuf schema as a descriptor.
 * Formats that nobody knows are passed over.
 *
 * @throws {RestError} 42205 for a Protobuf schema that has no such descriptor here.
 */
export function inFormat(
  state: RegistryState,
  request: RegistryRequest,
  content: SchemaContent,
): { readonly schema?: string } {
  const format = request.query.get("format");
  if (format === "serialized" && content.schemaType === "PROTOBUF") {
    return { schema: asDescriptor(parseContent(state, content)) };
  }
  if (format !== "resolved" || content.references.length === 0) return {};
  const { resolved } = parseContent(state, content);
  return resolved === undefined ? {} : { schema: resolved };
}

function asDescriptor(schema: ParsedSchema): string {
  try {
    return schema.serialized ?? schema.canonical;
  } catch (error) {
    throw refusal.notPermitted(
      `The format serialized is not supported by this registry for ${messageOf(error)}`,
    );
  }
}

/** `?findTags=PII&findTags=…`, or `*` for all: the tags of those places that have one of them. */
export function tagsAsked(
  state: RegistryState,
  request: RegistryRequest,
  content: SchemaContent,
): { readonly schemaTags?: readonly SchemaTags[] } {
  const asked = request.query.getAll("findTags");
  if (asked.length === 0) return {};
  const found = parseContent(state, content).tags;
  const named = found.filter(({ tags }) => asked.includes("*") || tags.some((tag) => asked.includes(tag)));
  return named.length === 0 ? {} : { schemaTags: named };
}

/** `?name=true` */
export function flagged(request: RegistryRequest, name: string): boolean {
  return request.query.get(name)?.toLowerCase() === "true";
}

/** @throws {RestError} 404: ids are numbers. */
export function idOf(request: RegistryRequest): number {
  const text = param(request, "id");
  if (!/^-?\d+$/.test(text)) throw new RestError(404, 404, "HTTP 404 Not Found");
  return Number(text);
}

/** @throws {RestError} 400 not JSON or no object, 422 empty. */
export function parseBody(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === "") throw new RestError(422, 422, "the body is empty: send a JSON object");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RestError(400, 400, `the body is not JSON: ${String(error)}`);
  }
  if (value === null) throw new RestError(422, 422, "the body is null: send a JSON object");
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new RestError(400, 400, "the body is no JSON object");
  }
  return value as Record<string, unknown>;
}

/** `?offset=…&limit=…` of a list; limits below 1 mean: all. */
export function page<T>(request: RegistryRequest, list: readonly T[]): readonly T[] {
  const offset = number(request, "offset", 0);
  const limit = number(request, "limit", -1);
  return list.slice(offset, limit > 0 ? offset + limit : undefined);
}

function number(request: RegistryRequest, name: string, otherwise: number): number {
  const text = request.query.get(name);
  if (text === null || text === "") return otherwise;
  // As the original: what is no number of this parameter's type is no such address.
  if (!/^-?\d{1,9}$/.test(text)) throw new RestError(404, 404, "HTTP 404 Not Found");
  return Number(text);
}

/**
 * `{schema, schemaType?, references?, metadata?, ruleSet?, schemaTagsToAdd?, schemaTagsToRemove?, id?, version?}`; what
 * newer clients send beside it is passed over.
 *
 * @throws {RestError} 400, 42201, 42210
 */
export function schemaRequest(request: RegistryRequest): SchemaRequest {
  const body = request.body();
  const { schema, id, version } = body;
  if (schema !== undefined && schema !== null && typeof schema !== "string")
    throw new RestError(400, 400, "schema is no text: send the schema's JSON as a string");
  const add = parseTags(body["schemaTagsToAdd"], "schemaTagsToAdd");
  const remove = parseTags(body["schemaTagsToRemove"], "schemaTagsToRemove");
  const metadata = parseMetadata(body["metadata"]);
  const ruleSet = parseRuleSet(body["ruleSet"]);
  return {
    schema: schema ?? "",
    schemaType: parseSchemaType(body["schemaType"]),
    references: parseReferences(body["references"]).map((reference) => ({
      ...reference,
      subject: subjectNamed(reference.subject),
    })),
    ...(metadata && { metadata }),
    ...(ruleSet && { ruleSet }),
    ...(add.length + remove.length > 0 ? { tagChanges: { add, remove } } : {}),
    propagateTags: body["propagateSchemaTags"] === true,
    normalize: flagged(request, "normalize"),
    force: flagged(request, "force"),
    ...count("id", id),
    ...count("version", version),
  };
}

/** 0 and null mean: none given; so does -1 as an id. */
function count<N extends "id" | "version">(name: N, value: unknown): { readonly [K in N]?: number } {
  if (value === undefined || value === null || value === 0 || (name === "id" && value === -1)) return {};
  if (!Number.isSafeInteger(value)) throw new RestError(400, 400, `${name} is no whole number`);
  return { [name]: value } as { readonly [K in N]: number };
}
