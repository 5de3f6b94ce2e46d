import type { SchemaContent } from "./content.ts";
import { parseMetadata, parseReferences, parseRuleSet, parseSchemaType } from "./data-contract.ts";
import { type SubjectConfig, storedConfig } from "./subject-config.ts";

/** Confluent's modes: what may be written. */
export const MODES = ["READWRITE", "READONLY", "READONLY_OVERRIDE", "IMPORT"] as const;
export type Mode = (typeof MODES)[number];

export interface StoredVersion extends SchemaContent {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  /** Softly: hidden, but its id still answers. */
  readonly deleted: boolean;
  /** When its record was written, epoch ms; left out before it is. */
  readonly writtenAt?: number;
}

/** One fact in the `_schemas` topic. A subject of null means: for all that have none of their own. */
export type RegistryRecord =
  | ({ readonly kind: "version" } & StoredVersion)
  | { readonly kind: "version-gone"; readonly subject: string; readonly version: number }
  /** Written by Confluent's registry only: every version up to this one is deleted softly. */
  | { readonly kind: "subject-deleted"; readonly subject: string; readonly upTo: number }
  /** null: nothing of its own. */
  | { readonly kind: "config"; readonly subject: string | null; readonly config: SubjectConfig | null }
  | { readonly kind: "mode"; readonly subject: string | null; readonly mode: Mode | null }
  /** Ids below this were given out; keeps a permanently deleted schema's id from being given again after compaction. */
  | { readonly kind: "next-id"; readonly nextId: number };

/** A record as Kafka holds it: the JSON that Confluent's registry reads and writes, so that either can follow the other. */
export interface LogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

export function toLogEntry(record: RegistryRecord): LogEntry {
  switch (record.kind) {
    case "version": {
      const { subject, version, id, schemaType, references, metadata, ruleSet, schema, deleted } = record;
      return entry(versionKey(subject, version), {
        ...{ subject, version, id },
        ...(schemaType === "AVRO" ? {} : { schemaType }),
        ...(references.length > 0 ? { references } : {}),
        ...{ metadata, ruleSet, schema, deleted },
      });
    }
    case "version-gone":
      return entry(versionKey(record.subject, record.version), null);
    case "subject-deleted": {
      const { subject, upTo } = record;
      return entry({ keytype: "DELETE_SUBJECT", subject, magic: 0 }, { subject, version: upTo });
    }
    case "config":
      return entry({ keytype: "CONFIG", subject: record.subject, magic: 0 }, record.config);
    case "mode":
      return entry(
        { keytype: "MODE", subject: record.subject, magic: 0 },
        record.mode && { mode: record.mode },
      );
    case "next-id":
      // Confluent's reader skips NOOP keys without looking at the value.
      return entry({ keytype: "NOOP", magic: 0 }, { nextId: record.nextId });
  }
}

/** @returns undefined for an entry that says nothing to us: Confluent's own NOOP and newer kinds, or damaged JSON. */
export function fromLogEntry(log: {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** When Kafka has it from, epoch ms. */
  readonly timestamp?: number;
}): RegistryRecord | undefined {
  const key = objectOf(log.key);
  const value = objectOf(log.value);
  if (!key) return undefined;
  const subject = typeof key["subject"] === "string" ? key["subject"] : null;
  switch (key["keytype"]) {
    case "SCHEMA":
      return subject === null ? undefined : versionOf(subject, key["version"], value, log.timestamp);
    case "DELETE_SUBJECT": {
      const upTo = value?.["version"];
      return subject !== null && isCount(upTo) ? { kind: "subject-deleted", subject, upTo } : undefined;
    }
    case "CONFIG":
      return { kind: "config", subject, config: value ? storedConfig(value) : null };
    case "MODE":
      return { kind: "mode", subject, mode: oneOf(MODES, value?.["mode"]) };
    case "NOOP": {
      const nextId = value?.["nextId"];
      return isCount(nextId) ? { kind: "next-id", nextId } : undefined;
    }
    default:
      return undefined;
  }
}

function versionOf(
  subject: string,
  version: unknown,
  value: Readonly<Record<string, unknown>> | undefined,
  writtenAt: number | undefined,
): RegistryRecord | undefined {
  if (!isCount(version)) return undefined;
  if (!value) return { kind: "version-gone", subject, version };
  const { id, schema, deleted } = value;
  if (!isCount(id) || typeof schema !== "string") return undefined;
  const content = contentOf(schema, value);
  const since = writtenAt === undefined ? {} : { writtenAt };
  return (
    content && { kind: "version", subject, version, id, ...content, deleted: deleted === true, ...since }
  );
}

/** undefined for a schema of a type that is not known here. */
function contentOf(schema: string, value: Readonly<Record<string, unknown>>): SchemaContent | undefined {
  try {
    const schemaType = parseSchemaType(value["schemaType"]);
    const references = parseReferences(value["references"]);
    const metadata = parseMetadata(value["metadata"]);
    const ruleSet = parseRuleSet(value["ruleSet"]);
    return {
      ...{ schemaType, schema, references },
      ...(metadata && { metadata }),
      ...(ruleSet && { ruleSet }),
    };
  } catch {
    return undefined;
  }
}

function versionKey(subject: string, version: number): object {
  return { keytype: "SCHEMA", subject, version, magic: 1 };
}

function entry(key: object, value: object | null): LogEntry {
  return { key: Buffer.from(JSON.stringify(key)), value: value && Buffer.from(JSON.stringify(value)) };
}

function objectOf(bytes: Buffer | null): Readonly<Record<string, unknown>> | undefined {
  if (!bytes) return undefined;
  try {
    const value = JSON.parse(bytes.toString("utf8")) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function oneOf<T extends string>(names: readonly T[], value: unknown): T | null {
  return names.find((name) => name === value) ?? null;
}
