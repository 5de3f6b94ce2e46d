import { isCoded } from "../../../../schemas/errors.ts";
import { type ParsedSchema, parseAvroSchema } from "../../../runtime/avro/type.ts";
import { canonicalText } from "./canonical.ts";
import { incompatibilities } from "./compatibility.ts";
import { refusal } from "./errors.ts";
import { checkName, checkRoom } from "./limits.ts";
import type { RegistryRecord } from "./records.ts";
import type { RegistryState, StoredVersion, Visibility } from "./state.ts";

/** What a request changes and what it is answered; without records nothing is written. */
export interface StateDecision<T> {
  readonly records: readonly RegistryRecord[];
  readonly answer: T;
}

/** A schema as a client sends it. */
export interface SchemaRequest {
  readonly schema: string;
  /** Only in IMPORT mode. */
  readonly id?: number;
  readonly version?: number;
}

/** @throws {RestError} 42201 */
export function parseSchema(text: string): ParsedSchema & { readonly canonical: string } {
  try {
    const parsed = parseAvroSchema(text);
    return { ...parsed, canonical: canonicalText(parsed.json) };
  } catch (error) {
    throw refusal.invalidSchema(isCoded(error) ? error.message : String(error));
  }
}

/** @throws {RestError} 40901, 42201, 42205, 42208 */
export function register(
  state: RegistryState,
  subject: string,
  request: SchemaRequest,
): StateDecision<{ id: number }> {
  checkName(subject);
  const { canonical, type } = parseSchema(request.schema);
  const live = state.versions(subject, "live");
  const same = live.find((stored) => stored.schema === canonical);
  if (same && (request.id === undefined || request.id === same.id))
    return { records: [], answer: { id: same.id } };
  checkRoom(state, subject, canonical);
  const mode = state.modeOf(subject);
  if (mode.startsWith("READONLY")) throw refusal.notPermitted(`Subject ${subject} is in read-only mode`);
  if (mode === "IMPORT") return imported(state, subject, canonical, request);
  if (request.id !== undefined && request.id > 0) {
    throw refusal.notPermitted(`Subject ${subject} is not in import mode`);
  }
  const earlier = live.map(({ version, schema }) => ({ version, type: () => parseAvroSchema(schema).type }));
  const problems = incompatibilities(type, earlier, state.levelOf(subject));
  if (problems.length > 0) throw refusal.incompatible(subject, problems);
  const id = state.idOf(canonical) ?? state.nextId;
  return written(subject, nextVersion(state, subject), id, canonical);
}

/** IMPORT mode: ids and versions come from the registry that is being copied. */
function imported(
  state: RegistryState,
  subject: string,
  canonical: string,
  request: SchemaRequest,
): StateDecision<{ id: number }> {
  const { id, version = nextVersion(state, subject) } = request;
  if (id === undefined || id <= 0) throw refusal.notPermitted(`Subject ${subject} is in import mode`);
  const holder = state.schemaText(id);
  if (holder !== undefined && holder !== canonical) {
    throw refusal.notPermitted(`Overwrite new schema with id ${id} is not permitted.`);
  }
  return written(subject, version, id, canonical);
}

function written(
  subject: string,
  version: number,
  id: number,
  schema: string,
): StateDecision<{ id: number }> {
  return { records: [{ kind: "version", subject, version, id, schema, deleted: false }], answer: { id } };
}

function nextVersion(state: RegistryState, subject: string): number {
  return (state.versions(subject, "all").at(-1)?.version ?? 0) + 1;
}

/** @throws {RestError} 40401, 40403, 42201 */
export function lookUp(
  state: RegistryState,
  subject: string,
  text: string,
  visibility: Visibility,
): StoredVersion {
  const { canonical } = parseSchema(text);
  const versions = state.versions(subject, visibility);
  if (versions.length === 0) throw refusal.subjectNotFound(subject);
  const found = versions.findLast((stored) => stored.schema === canonical);
  if (!found) throw refusal.schemaNotFound();
  return found;
}

/**
 * A version by its number or as `latest`.
 *
 * @throws {RestError} 40401, 40402, 42202
 */
export function versionOf(
  state: RegistryState,
  subject: string,
  wanted: string,
  visibility: Visibility,
): StoredVersion {
  const number = versionNumber(wanted);
  const versions = state.versions(subject, visibility);
  if (versions.length === 0) throw refusal.subjectNotFound(subject);
  const found = number === "latest" ? versions.at(-1) : versions.find((stored) => stored.version === number);
  if (!found) throw refusal.versionNotFound(number);
  return found;
}

/** @throws {RestError} 42202 */
export function versionNumber(text: string): number | "latest" {
  if (text === "latest" || text === "-1") return "latest";
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 2 ** 31 - 1) throw refusal.invalidVersion(text);
  return number;
}
