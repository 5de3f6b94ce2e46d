import type { CompatibilityLevel } from "./compatibility.ts";
import type { Mode, RegistryRecord } from "./records.ts";

export interface StoredVersion {
  readonly subject: string;
  readonly version: number;
  readonly id: number;
  readonly schema: string;
  readonly deleted: boolean;
}

/** Which versions to see. */
export type Visibility = "live" | "all" | "deleted";

/**
 * What the registry knows: the fold of its topic's records, in order. No record is ever refused; one that repeats or
 * comes late through compaction changes nothing that it should not.
 */
export class RegistryState {
  readonly #subjects = new Map<string, Map<number, StoredVersion>>();
  #characters = 0;
  /** Schemas by id, with the number of versions that hold each. */
  readonly #schemas = new Map<number, { readonly text: string; holders: number }>();
  readonly #ids = new Map<string, number>();
  readonly #levels = new Map<string | null, CompatibilityLevel>();
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
      case "compatibility":
        set(this.#levels, record.subject, record.level);
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

  /** Subjects with a level of their own, and with a mode; the global ones count too. */
  get settingCounts(): { readonly levels: number; readonly modes: number } {
    return { levels: this.#levels.size, modes: this.#modes.size };
  }

  /** Names in order. */
  subjects(visibility: Visibility): readonly string[] {
    return [...this.#subjects.keys()].filter((name) => this.versions(name, visibility).length > 0).sort();
  }

  /** Ascending. */
  versions(subject: string, visibility: Visibility): readonly StoredVersion[] {
    const versions = [...(this.#subjects.get(subject)?.values() ?? [])];
    return versions
      .filter((v) => visibility === "all" || v.deleted === (visibility === "deleted"))
      .sort((a, b) => a.version - b.version);
  }

  schemaText(id: number): string | undefined {
    return this.#schemas.get(id)?.text;
  }

  idOf(schema: string): number | undefined {
    return this.#ids.get(schema);
  }

  /** Where a schema is used, by subject and version. */
  holdersOf(id: number, visibility: Visibility): readonly StoredVersion[] {
    return this.subjects(visibility).flatMap((name) =>
      this.versions(name, visibility).filter((stored) => stored.id === id),
    );
  }

  /** The setting of this subject itself, or the global one for null. */
  ownLevel(subject: string | null): CompatibilityLevel | undefined {
    return this.#levels.get(subject);
  }

  /** The level that counts for this subject. */
  levelOf(subject: string): CompatibilityLevel {
    return this.#levels.get(subject) ?? this.#levels.get(null) ?? "BACKWARD";
  }

  ownMode(subject: string | null): Mode | undefined {
    return this.#modes.get(subject);
  }

  /** The mode that counts for this subject (null: for what belongs to none); READONLY_OVERRIDE stands above all. */
  modeOf(subject: string | null): Mode {
    const global = this.#modes.get(null) ?? "READWRITE";
    return global === "READONLY_OVERRIDE" ? global : (this.#modes.get(subject) ?? global);
  }

  #put(stored: StoredVersion): void {
    const { subject, version, id, schema, deleted } = stored;
    this.#remove(subject, version);
    const versions = this.#subjects.get(subject) ?? new Map<number, StoredVersion>();
    versions.set(version, { subject, version, id, schema, deleted });
    this.#subjects.set(subject, versions);
    const known = this.#schemas.get(id);
    if (known) known.holders++;
    else {
      this.#schemas.set(id, { text: schema, holders: 1 });
      this.#characters += schema.length;
    }
    this.#ids.set(schema, id);
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  #remove(subject: string, version: number): void {
    const versions = this.#subjects.get(subject);
    const stored = versions?.get(version);
    if (!versions || !stored) return;
    versions.delete(version);
    if (versions.size === 0) this.#subjects.delete(subject);
    const schema = this.#schemas.get(stored.id);
    if (!schema || --schema.holders > 0) return;
    this.#schemas.delete(stored.id);
    this.#characters -= schema.text.length;
    if (this.#ids.get(schema.text) === stored.id) this.#ids.delete(schema.text);
  }
}

function set<V>(map: Map<string | null, V>, key: string | null, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}
