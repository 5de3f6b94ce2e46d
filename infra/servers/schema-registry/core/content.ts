import { createHash } from "node:crypto";

/** In the order in which `/schemas/types` lists them. */
export const SCHEMA_TYPES = ["JSON", "PROTOBUF", "AVRO"] as const;
export type SchemaType = (typeof SCHEMA_TYPES)[number];

/** Another schema that this one builds on. */
export interface SchemaReference {
  /** As the schema says it: an Avro full name, the URI of a `$ref`, the path of an import. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

/** What a schema's author says beside it: tags by path, properties of one's own, names of sensitive properties. */
export interface Metadata {
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  readonly properties?: Readonly<Record<string, string>>;
  readonly sensitive?: readonly string[];
}

/** Kept and handed out for clients, which carry it out; the registry itself runs no rule. */
export interface Rule {
  readonly name: string;
  readonly doc?: string;
  readonly kind: string;
  readonly mode: string;
  readonly type: string;
  readonly tags?: readonly string[];
  readonly params?: Readonly<Record<string, string>>;
  readonly expr?: string;
  readonly onSuccess?: string;
  readonly onFailure?: string;
  readonly disabled: boolean;
}

export interface RuleSet {
  readonly migrationRules?: readonly Rule[];
  readonly domainRules?: readonly Rule[];
  readonly encodingRules?: readonly Rule[];
  readonly enableAt?: string;
}

/** All that makes a schema what it is: two that differ in any of it have different ids. */
export interface SchemaContent {
  readonly schemaType: SchemaType;
  /** Canonical text. */
  readonly schema: string;
  readonly references: readonly SchemaReference[];
  readonly metadata?: Metadata;
  readonly ruleSet?: RuleSet;
}

/** A text that two contents share exactly if they are the same. A plain Avro schema's is its own text. */
export function identityOf(content: SchemaContent): string {
  const { schemaType, schema, references, metadata, ruleSet } = content;
  if (schemaType === "AVRO" && references.length === 0 && !metadata && !ruleSet) return schema;
  const named = references.map(({ name, subject, version }) => [name, subject, version]);
  return `${schemaType} ${JSON.stringify([named, metadata, ruleSet])} ${schema}`;
}

/** What an answer says of a content; what is empty is left out. */
export function presentedContent(content: SchemaContent): object {
  const { schemaType, schema, references, metadata, ruleSet } = content;
  return {
    guid: guidOf(content),
    schemaType,
    ...(references.length > 0 ? { references } : {}),
    ...(metadata ? { metadata } : {}),
    ...(ruleSet ? { ruleSet } : {}),
    schema,
  };
}

/** The same in every registry: MD5 over the content's parts as Confluent's `Schema.updateHash` goes through them. */
export function guidOf({ schema, references, metadata, ruleSet }: SchemaContent): string {
  const hash = createHash("md5").update(schema);
  for (const { name, subject, version } of references) {
    const number = Buffer.alloc(4);
    number.writeInt32BE(version);
    hash.update(name).update(subject).update(number);
  }
  for (const text of metadata ? [ONE, ...metadataTexts(metadata)] : []) hash.update(text);
  for (const text of ruleSet ? [ONE, ...ruleSetTexts(ruleSet)] : []) hash.update(text);
  return hash.digest("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Tells "there, but empty" from "not there". */
const ONE = "\u0001";

function metadataTexts({ tags = {}, properties = {}, sensitive = [] }: Metadata): string[] {
  return [
    ...Object.entries(tags).flatMap(([path, names]) => [path, ...names]),
    ...Object.entries(properties).flat(),
    ...sensitive,
  ];
}

function ruleSetTexts(ruleSet: RuleSet): string[] {
  return [...rulesIn(ruleSet).flatMap(ruleTexts), ruleSet.enableAt ?? ""];
}

/** The rules of all phases. */
export function rulesIn({ migrationRules, domainRules, encodingRules }: RuleSet = {}): readonly Rule[] {
  return [...(migrationRules ?? []), ...(domainRules ?? []), ...(encodingRules ?? [])];
}

function ruleTexts(rule: Rule): string[] {
  const { name, doc, kind, mode, type, tags, params, expr, onSuccess, onFailure, disabled } = rule;
  return [
    ...[name, doc ?? "", kind, mode, type, ...(tags ?? []), ...Object.entries(params ?? {}).flat()],
    ...[expr ?? "", onSuccess ?? "", onFailure ?? "", disabled ? ONE : ""],
  ];
}
