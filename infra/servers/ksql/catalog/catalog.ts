import { systemClock } from "../../../runtime/clock.ts";
import type { Source } from "./source.ts";

/** A query that runs until it is terminated and writes a stream or table. */
export interface PersistentQuery {
  readonly id: string;
  readonly statement: string;
  readonly source: string;
  readonly sink: string;
}

/** All streams, tables and persistent queries; a copy serves to try statements out. */
export class Catalog {
  readonly #sources = new Map<string, Source>();
  readonly #queries = new Map<string, PersistentQuery>();

  /** The wall clock that statements ask, epoch ms. */
  readonly now: () => number;

  constructor(now: () => number = () => systemClock.now()) {
    this.now = now;
  }

  copy(): Catalog {
    const copy = new Catalog(this.now);
    for (const source of this.#sources.values()) copy.add(source);
    for (const query of this.#queries.values()) copy.addQuery(query);
    return copy;
  }

  source(name: string): Source | undefined {
    return this.#sources.get(name);
  }

  /** Sorted by name. */
  sources(type?: Source["type"]): readonly Source[] {
    return [...this.#sources.values()]
      .filter((source) => !type || source.type === type)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * What follows the error about a name that no source has: those that differ in their letters' case only (ksqlDB's
   * `checkAlternatives`).
   *
   * @returns "" where there is none.
   */
  alternatives(name: string, type?: Source["type"]): string {
    const similar = this.sources(type).filter((s) => s.name.toUpperCase() === name.toUpperCase());
    const [first] = similar;
    if (!first) return "";
    const quoting = "Hint: wrap the source name in double quotes to make it case-sensitive.";
    if (similar.length === 1) {
      return /\p{Ll}/u.test(first.name)
        ? `\nDid you mean "${first.name}"? ${quoting}`
        : `\nDid you mean ${first.name}? Hint: try removing double quotes from the source name.`;
    }
    const listed = similar.map((source) => `"${source.name}" (${source.type})`);
    const most = listed.slice(0, -1).join(", ");
    return `\nDid you mean ${most}${listed.length > 2 ? "," : ""} or ${listed.at(-1)}? ${quoting}`;
  }

  add(source: Source): void {
    this.#sources.set(source.name, source);
  }

  remove(name: string): void {
    this.#sources.delete(name);
  }

  query(id: string): PersistentQuery | undefined {
    return this.#queries.get(id) ?? this.#queries.get(id.toUpperCase());
  }

  queries(): readonly PersistentQuery[] {
    return [...this.#queries.values()];
  }

  addQuery(query: PersistentQuery): void {
    this.#queries.set(query.id, query);
  }

  removeQuery(id: string): void {
    this.#queries.delete(id);
  }

  readersOf(source: string): readonly PersistentQuery[] {
    return this.queries().filter((query) => query.source === source);
  }

  writersOf(source: string): readonly PersistentQuery[] {
    return this.queries().filter((query) => query.sink === source);
  }
}
