import type { Metadata, RuleSet } from "./content.ts";
import { parseMetadata, parseRuleSet } from "./data-contract.ts";
import { type CompatibilityLevel, LEVELS } from "./levels.ts";

/** What may be set for a subject, or for all; what is left out is not set. The names are those of Confluent's JSON. */
export interface SubjectConfig {
  /** Whoever asks for this subject gets that one; only a subject's own. */
  readonly alias?: string;
  /** Every schema is taken as with `?normalize=true`. */
  readonly normalize?: boolean;
  /** A field that an earlier version reserved (`confluent:reserved`) is not used again. */
  readonly validateFields?: boolean;
  /** false: a new Avro schema's names and defaults are not checked. */
  readonly validateNewSchemas?: boolean;
  readonly compatibilityLevel?: CompatibilityLevel;
  /** The metadata property by whose value versions are kept apart: only those of one value must be compatible. */
  readonly compatibilityGroup?: string;
  /** Beneath, and above, what a schema brings itself. */
  readonly defaultMetadata?: Metadata;
  readonly overrideMetadata?: Metadata;
  readonly defaultRuleSet?: RuleSet;
  readonly overrideRuleSet?: RuleSet;
}

/** null clears; what is left out stays as it is. */
export type ConfigUpdate = { readonly [K in keyof SubjectConfig]?: SubjectConfig[K] | null | undefined };

/** What is written once the update is made. */
export function updated(own: SubjectConfig | undefined, update: ConfigUpdate): SubjectConfig {
  const entries = Object.entries({ ...own, ...update }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as SubjectConfig;
}

/** What counts for a subject: its own, and beneath it some of what is set for all. */
export function inScope(own: SubjectConfig | undefined, global: SubjectConfig | undefined): SubjectConfig {
  if (!own) return withoutAlias(global);
  const { normalize, validateFields, validateNewSchemas, compatibilityLevel, compatibilityGroup } =
    global ?? {};
  const beneath = { normalize, validateFields, validateNewSchemas, compatibilityLevel, compatibilityGroup };
  return updated(updated(undefined, beneath), own);
}

function withoutAlias({ alias: _, ...rest }: SubjectConfig = {}): SubjectConfig {
  return rest;
}

/** A configuration as the topic has it; what is not known is left out. */
export function storedConfig(value: Readonly<Record<string, unknown>>): SubjectConfig {
  return updated(undefined, {
    alias: text(value["alias"]),
    normalize: flag(value["normalize"]),
    validateFields: flag(value["validateFields"]),
    validateNewSchemas: flag(value["validateNewSchemas"]),
    compatibilityLevel: LEVELS.find((level) => level === value["compatibilityLevel"]) ?? null,
    compatibilityGroup: text(value["compatibilityGroup"]),
    defaultMetadata: parsed(parseMetadata, value["defaultMetadata"]),
    overrideMetadata: parsed(parseMetadata, value["overrideMetadata"]),
    defaultRuleSet: parsed(parseRuleSet, value["defaultRuleSet"]),
    overrideRuleSet: parsed(parseRuleSet, value["overrideRuleSet"]),
  });
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function flag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

function parsed<T>(parse: (value: unknown) => T | undefined, value: unknown): T | null {
  try {
    return parse(value) ?? null;
  } catch {
    return null;
  }
}
