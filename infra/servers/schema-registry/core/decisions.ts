import { objections, type Version } from "./compatibility.ts";
import { identityOf, type Metadata, type RuleSet, type SchemaContent, type SchemaType } from "./content.ts";
import { countsVersions, mergedMetadata, mergedRuleSet, withVersion } from "./data-contract.ts";
import { refusal } from "./errors.ts";
import { checkName, checkRoom } from "./limits.ts";
import { type CheckedSchema, findVersion, holding } from "./lookup.ts";
import { parseContent } from "./parsing.ts";
import type { RegistryRecord, StoredVersion } from "./records.ts";
import { pinned } from "./references.ts";
import type { RegistryState, Visibility } from "./state.ts";
import type { SubjectConfig } from "./subject-config.ts";
import type { TagChanges } from "./tags.ts";

/** What a request changes and what it is answered; without records nothing is written. */
export interface StateDecision<T> {
  readonly records: readonly RegistryRecord[];
  readonly answer: T;
}

/** A schema as a client sends it. */
export interface SchemaRequest {
  /** Blank: the newest version's, for new metadata or rules of the same schema. */
  readonly schema: string;
  /** Left out: AVRO. */
  readonly schemaType?: SchemaType;
  readonly references?: SchemaContent["references"];
  /** Left out: the newest version's, and so for the rules. */
  readonly metadata?: Metadata;
  readonly ruleSet?: RuleSet;
  /** Everything in an order that does not depend on its author. */
  readonly normalize?: boolean;
  /** Without a look at whether it is compatible. */
  readonly force?: boolean;
  /** Only in IMPORT mode. */
  readonly id?: number;
  /** Changes of tags, made before anything else. */
  readonly tagChanges?: TagChanges;
  /** The newest version's tags are this one's too. */
  readonly propagateTags?: boolean;
  /** What it has to become, also where the schema is there already; -1: the newest is to be this schema. */
  readonly version?: number;
}

/** A schema that was registered, or had been before. */
export type Registered = Pick<StoredVersion, "id" | "version"> & { readonly content: SchemaContent };

/**
 * @param kind - `new`: it builds on no version that is softly deleted, and its names and defaults are checked unless
 *   `unchecked`; `known`: it may be there already.
 * @throws {RestError} 42201
 */
export function checkedSchema(
  state: RegistryState,
  request: SchemaRequest,
  kind: "new" | "unchecked" | "known" = "known",
): CheckedSchema {
  const { schema, schemaType = "AVRO", metadata, ruleSet, normalize = false } = request;
  if (schema.trim() === "") throw refusal.invalidSchema("Empty schema");
  const references = pinned(state, request.references ?? [], kind === "known" ? "all" : "live");
  const parsed = parseContent(state, { schemaType, schema, references }, kind === "new");
  const content = {
    schemaType,
    schema: normalize ? parsed.normalized : parsed.canonical,
    references: normalize ? inOrder(references) : references,
    ...(metadata && { metadata }),
    ...(ruleSet && { ruleSet }),
  };
  return { content, parsed };
}

/** The request with what is set for its subject, and with its tags in the schema. @throws {RestError} 42201 */
export function asSet(state: RegistryState, subject: string, asSent: SchemaRequest): SchemaRequest {
  const { tagChanges, propagateTags, ...request } = asSent;
  const normalize = request.normalize || state.configOf(subject).normalize === true;
  const newest = propagateTags ? state.versions(subject, "live").at(-1) : undefined;
  const inherited = newest ? parseContent(state, newest).tags : [];
  const changes = [tagChanges, inherited.length > 0 ? { add: inherited, remove: [] } : undefined];
  const schema = changes.reduce(
    (text, change) => (change ? retagged(state, request, text, change) : text),
    request.schema,
  );
  return {
    ...request,
    ...{ schema, normalize },
    // The version that tags make says its number, as Confluent's does.
    ...(tagChanges && request.version === undefined ? { version: -1 } : {}),
  };
}

function retagged(state: RegistryState, request: SchemaRequest, schema: string, changes: TagChanges): string {
  const { schemaType = "AVRO", references = [] } = request;
  return parseContent(state, { schemaType, schema, references }).tagged(changes);
}

/** Is a new schema of this subject looked at closely? */
export function checkOf({ validateNewSchemas = true }: SubjectConfig): "new" | "unchecked" {
  return validateNewSchemas ? "new" : "unchecked";
}

/** What a new schema is held against. */
export function held(state: RegistryState, versions: readonly StoredVersion[]): readonly Version[] {
  return versions.map((stored) => ({
    version: stored.version,
    ...(stored.metadata && { metadata: stored.metadata }),
    parsed: () => parseContent(state, stored),
  }));
}

/** @throws {RestError} 40901, 42201, 42205, 42208 */
export function register(
  state: RegistryState,
  subject: string,
  asSent: SchemaRequest,
): StateDecision<Registered> {
  checkName(subject);
  const request = asSet(state, subject, asSent);
  const live = state.versions(subject, "live");
  const next = nextVersion(state, subject);
  const mode = state.modeOf(subject);
  const existing = known(state, live, request, mode === "IMPORT");
  if (existing) return { records: [], answer: registered(existing) };
  const config = state.configOf(subject);
  const given =
    mode === "IMPORT" ? { ...request, normalize: false } : inherited(config, request, live.at(-1), next);
  const schema = checkedSchema(state, given, mode === "IMPORT" ? "known" : checkOf(config));
  const { content, parsed } = schema;
  const same = request.version === undefined ? findVersion(state, live, schema) : undefined;
  if (same && (request.id === undefined || request.id === same.id)) {
    return { records: [], answer: registered(same) };
  }
  checkRoom(state, subject, content);
  if (mode.startsWith("READONLY")) throw refusal.notPermitted(`Subject ${subject} is in read-only mode`);
  if (mode === "IMPORT") return imported(state, subject, content, request);
  if (request.id !== undefined && request.id > 0) {
    throw refusal.notPermitted(`Subject ${subject} is not in import mode`);
  }
  if (request.version !== undefined && request.version > 0 && request.version !== next) {
    throw refusal.invalidSchema("Version is not one more than previous version");
  }
  const candidate = { parsed, ...(content.metadata && { metadata: content.metadata }) };
  const problems = request.force ? [] : objections(candidate, held(state, live), config);
  if (problems.length > 0) throw refusal.incompatible(subject, problems);
  return written(state, subject, next, state.idOf(content) ?? state.nextId, content);
}

function registered(stored: StoredVersion): Registered {
  return { id: stored.id, version: stored.version, content: stored };
}

/** The version that the request, as it stands, asks for, if it is there. @throws {RestError} 42201 */
function known(
  state: RegistryState,
  live: readonly StoredVersion[],
  request: SchemaRequest,
  isCopy: boolean,
): StoredVersion | undefined {
  const { id, version, schema } = request;
  if (live.length === 0 || schema.trim() === "") return undefined;
  const given = checkedSchema(state, isCopy ? { ...request, normalize: false } : request);
  if (version === undefined || version === -1) {
    const found = findVersion(state, version === -1 ? live.slice(-1) : live, given);
    return found && (id === undefined || id === found.id) ? found : undefined;
  }
  if (id === undefined) return undefined;
  const candidates = live.filter((stored) => stored.id === id && stored.version === version);
  return holding(candidates, given.content);
}

/**
 * What the request leaves out is the newest version's: metadata and rules, and with a blank schema the schema. Around
 * them stands what is set for the subject.
 */
function inherited(
  config: SubjectConfig,
  request: SchemaRequest,
  newest: StoredVersion | undefined,
  version: number | undefined,
): SchemaRequest {
  const merged = mergedMetadata([
    config.defaultMetadata,
    request.metadata ?? newest?.metadata,
    config.overrideMetadata,
  ]);
  const isCounted = version !== undefined && (request.version !== undefined || countsVersions(merged));
  const metadata = isCounted ? withVersion(merged, version) : merged;
  const ruleSet = mergedRuleSet([
    config.defaultRuleSet,
    request.ruleSet ?? newest?.ruleSet,
    config.overrideRuleSet,
  ]);
  const { schemaType, schema, references } = newest ?? request;
  return {
    ...request,
    ...(newest && request.schema.trim() === "" ? { schemaType, schema, references } : {}),
    ...(metadata && { metadata }),
    ...(ruleSet && { ruleSet }),
  } as SchemaRequest;
}

/** IMPORT mode: ids and versions come from the registry that is being copied. */
function imported(
  state: RegistryState,
  subject: string,
  content: SchemaContent,
  request: SchemaRequest,
): StateDecision<Registered> {
  const { id, version: wanted = -1 } = request;
  const version = wanted > 0 ? wanted : nextVersion(state, subject);
  if (id === undefined || id <= 0) throw refusal.notPermitted(`Subject ${subject} is in import mode`);
  const holder = state.contentOf(id);
  const isOther = holder !== undefined && identityOf(holder) !== identityOf(content);
  const isReplaced = state
    .holdersOf(id, "all")
    .every((stored) => stored.subject === subject && stored.version === version);
  if (isOther && !isReplaced) {
    throw refusal.notPermitted(`Overwrite new schema with id ${id} is not permitted.`);
  }
  return written(state, subject, version, id, content);
}

function written(
  state: RegistryState,
  subject: string,
  version: number,
  id: number,
  content: SchemaContent,
): StateDecision<Registered> {
  // A softly deleted version with the same schema has its successor now, unless others build on it.
  const replaced = state
    .versions(subject, "deleted")
    .filter((old) => old.id === id && old.version < version)
    .filter((old) => state.referrersOf(subject, old.version, "all").length === 0);
  return {
    records: [
      { kind: "version", subject, version, id, ...content, deleted: false },
      ...replaced.map((old) => ({ kind: "version-gone", subject, version: old.version }) as const),
    ],
    answer: { id, version, content },
  };
}

function nextVersion(state: RegistryState, subject: string): number {
  return (state.versions(subject, "all").at(-1)?.version ?? 0) + 1;
}

/** @throws {RestError} 40401, 40403, 42201 */
export function lookUp(
  state: RegistryState,
  subject: string,
  asSent: SchemaRequest,
  visibility: Visibility,
): StoredVersion {
  const request = asSet(state, subject, asSent);
  const newest = state.versions(subject, "live").at(-1);
  const versions = state.versions(subject, visibility);
  const config = state.configOf(subject);
  const asGiven =
    request.schema.trim() === "" && newest ? inherited(config, request, newest, undefined) : request;
  const schema = checkedSchema(state, asGiven);
  if (versions.length === 0) throw refusal.subjectNotFound(subject);
  const found =
    findVersion(state, versions, schema) ??
    findVersion(state, versions, checkedSchema(state, inherited(config, request, newest, undefined)));
  if (!found) throw refusal.schemaNotFound();
  return found;
}

function inOrder(references: SchemaContent["references"]): SchemaContent["references"] {
  const byText = new Map(references.map((reference) => [JSON.stringify(reference), reference]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
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
