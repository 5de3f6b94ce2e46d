import { guidOf, identityOf, type SchemaContent } from "./content.ts";
import type { CompatibilityLevel } from "./levels.ts";
import type { Mode, RegistryRecord, StoredVersion } from "./records.ts";
import { inScope, type SubjectConfig } from "./subject-config.ts";

/** Which versions to see. */
export type Visibility = "live" | "all" | "deleted";

/**
 * What the registry knows: the fold of its topic's records, in order. No record is ever refused; one that repeats or
 * comes late through compaction changes nothing that it should not.
 */
export class RegistryState {
  readonly #subjects = new Map<string, Map<number, StoredVersion>>();
  #characters = 0;
  /** Schemas by id, with the versions that hold each. */
  readonly #schemas = new Map<number, Held>();
  /** Ids by identity, and by GUID. */
  readonly #ids = new Map<string, number>();
  readonly #guids = new Map<string, number>();
  /** Versions that refer to a version, by both of its parts. */
  readonly #referrers = new Map<string, Set<StoredVersion>>();
  readonly #configs = new Map<string | null, SubjectConfig>();
  readonly #modes = new Map<string | null, Mode>();
  #nextId = 1;

  apply(record: RegistryRecord): void {
    switch (record.kind) {
      case "version":
        this.#put(record);
        break;
      case "version-gone":
        this.#remove(record.subject, record.version);
        break;
      case "subject-deleted":
        for (const stored of this.versions(record.subject, "live")) {
          if (stored.version <= record.upTo) this.#put({ ...stored, deleted: true });
        }
        break;
      case "config":
        set(this.#configs, record.subject, record.config);
        break;
      case "mode":
        set(this.#modes, record.subject, record.mode);
        break;
      case "next-id":
        this.#nextId = Math.max(this.#nextId, record.nextId);
        break;
    }
  }

  /** The id for the next schema that is new. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Names with a version, softly deleted ones too. */
  get subjectCount(): number {
    return this.#subjects.size;
  }

  /** Of all different schemas together. */
  get characters(): number {
    return this.#characters;
  }

  /** Subjects with a configuration of their own, and with a mode; the global ones count too. */
  get settingCounts(): { readonly configs: number; readonly modes: number } {
    return { configs: this.#configs.size, modes: this.#modes.size };
  }

  /** Names in order. */
  subjects(visibility: Visibility): readonly string[] {
    return [...this.#subjects.keys()].filter((name) => this.versions(name, visibility).length > 0).sort();
  }

  /** Ascending. */
  versions(subject: string, visibility: Visibility): readonly StoredVersion[] {
    const versions = [...(this.#subjects.get(subject)?.values() ?? [])];
    return versions.filter((stored) => isSeen(stored, visibility)).sort((a, b) => a.version - b.version);
  }

  version(subject: string, version: number): StoredVersion | undefined {
    return this.#subjects.get(subject)?.get(version);
  }

  contentOf(id: number): SchemaContent | undefined {
    return this.#schemas.get(id)?.content;
  }

  idOf(content: SchemaContent): number | undefined {
    return this.#ids.get(identityOf(content));
  }

  idOfGuid(guid: string): number | undefined {
    return this.#guids.get(guid.toLowerCase());
  }

  /** The versions that build on this one. */
  referrersOf(subject: string, version: number, visibility: "live" | "all"): readonly StoredVersion[] {
    const referrers = [...(this.#referrers.get(pairOf(subject, version)) ?? [])];
    return visibility === "all" ? referrers : referrers.filter(({ deleted }) => !deleted);
  }

  /** Where a schema is used, by subject and version. */
  holdersOf(id: number, visibility: Visibility): readonly StoredVersion[] {
    return [...(this.#schemas.get(id)?.holders ?? [])]
      .filter((stored) => isSeen(stored, visibility))
      .sort((a, b) => (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.version - b.version));
  }

  /** What is set for this subject itself, or for all with null. */
  ownConfig(subject: string | null): SubjectConfig | undefined {
    return this.#configs.get(subject);
  }

  /** What counts for this subject, or with null for those that have nothing of their own. */
  configOf(subject: string | null): SubjectConfig {
    const global = this.#configs.get(null);
    return inScope(subject === null ? undefined : this.#configs.get(subject), global);
  }

  /** The level that counts for this subject. */
  levelOf(subject: string | null): CompatibilityLevel {
    return this.configOf(subject).compatibilityLevel ?? "BACKWARD";
  }

  /** Names that stand for another subject, each with that one. */
  aliases(): readonly (readonly [string, string])[] {
    return [...this.#configs].flatMap(([name, { alias }]) =>
      name === null || alias === undefined || alias === "" ? [] : [[name, alias] as const],
    );
  }

  ownMode(subject: string | null): Mode | undefined {
    return this.#modes.get(subject);
  }

  /** The mode that counts for this subject (null: for what belongs to none); READONLY_OVERRIDE stands above all. */
  modeOf(subject: string | null): Mode {
    const global = this.#modes.get(null) ?? "READWRITE";
    return global === "READONLY_OVERRIDE" ? global : (this.#modes.get(subject) ?? global);
  }

  #put({ kind: _, ...stored }: StoredVersion & { readonly kind?: "version" }): void {
    const { subject, version, id } = stored;
    this.#remove(subject, version);
    const versions = this.#subjects.get(subject) ?? new Map<number, StoredVersion>();
    versions.set(version, stored);
    this.#subjects.set(subject, versions);
    for (const reference of stored.references) {
      const pair = pairOf(reference.subject, reference.version);
      const referrers = this.#referrers.get(pair);
      if (referrers) referrers.add(stored);
      else this.#referrers.set(pair, new Set([stored]));
    }
    this.#hold(stored);
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  #hold(stored: StoredVersion): void {
    const { id } = stored;
    const identity = identityOf(stored);
    const known = this.#schemas.get(id);
    if (known) known.holders.add(stored);
    else {
      const guid = guidOf(stored);
      this.#schemas.set(id, { content: stored, identity, guid, holders: new Set([stored]) });
      this.#characters += identity.length;
      this.#guids.set(guid, id);
    }
    this.#ids.set(identity, id);
  }

  #remove(subject: string, version: number): void {
    const versions = this.#subjects.get(subject);
    const stored = versions?.get(version);
    if (!versions || !stored) return;
    versions.delete(version);
    if (versions.size === 0) this.#subjects.delete(subject);
    for (const reference of stored.references) {
      this.#referrers.get(pairOf(reference.subject, reference.version))?.delete(stored);
    }
    const schema = this.#schemas.get(stored.id);
    schema?.holders.delete(stored);
    if (!schema || schema.holders.size > 0) return;
    this.#schemas.delete(stored.id);
    this.#characters -= schema.identity.length;
    if (this.#ids.get(schema.identity) === stored.id) this.#ids.delete(schema.identity);
    if (this.#guids.get(schema.guid) === stored.id) this.#guids.delete(schema.guid);
  }
}

interface Held {
  readonly content: SchemaContent;
  readonly identity: string;
  readonly guid: string;
  readonly holders: Set<StoredVersion>;
}

function isSeen({ deleted }: StoredVersion, visibility: Visibility): boolean {
  return visibility === "all" || deleted === (visibility === "deleted");
}

function pairOf(subject: string, version: number): string {
  return `${version} ${subject}`;
}

function set<V>(map: Map<string | null, V>, key: string | null, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
