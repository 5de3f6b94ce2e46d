import { type DiskTable, tableGone } from "./disk-table.ts";
import type { StateSpace } from "./state-space.ts";

/** How rows are written: to the changelog and to disk alike. */
export interface RowCodec<V> {
  encode(row: V): Buffer;
  decode(bytes: Buffer): V;
}

/** What is restored waits in memory for as long: one write of many rows in order costs a third of many writes. */
const RESTORED_AT_ONCE = { rows: 50_000, bytes: 8 * 1024 * 1024 };

/**
 * Rows by id. Changes stay aside until they are committed: the store's user sees them, readers of `committed` do not.
 * Rows are in memory until all stores together hold too many; then one that still grows goes to disk, and keeps only
 * the rows at hand that were used last.
 */
export class StateStore<V> {
  readonly #codec: RowCodec<V>;
  readonly #space: StateSpace;
  /** All rows; with a disk, some of them. */
  readonly #rows = new Map<string, V>();
  #disk: DiskTable | undefined;
  #changed = new Map<string, V | undefined>();
  /** Of `#changed`, once asked for. */
  #encoded: Map<string, Buffer | null> | undefined;
  #restored = new Map<string, Buffer | null>();
  #restoredBytes = 0;
  #counted = 0;
  #closed = false;

  constructor(codec: RowCodec<V>, space: StateSpace) {
    this.#codec = codec;
    this.#space = space;
  }

  get(id: string): V | undefined {
    return this.#changed.has(id) ? this.#changed.get(id) : this.committed(id);
  }

  /** undefined forgets. */
  set(id: string, row: V | undefined): void {
    this.#changed.set(id, row);
    this.#encoded = undefined;
  }

  /** @throws after `close`, as the other readers do. */
  committed(id: string): V | undefined {
    if (this.#closed) throw tableGone();
    const known = this.#rows.get(id);
    if (known !== undefined || !this.#disk) return known;
    this.#writeRestored(this.#disk);
    const bytes = this.#disk.get(id);
    if (!bytes) return undefined;
    const row = this.#codec.decode(bytes);
    this.#keep(id, row);
    this.#trim();
    return row;
  }

  /**
   * Committed rows.
   *
   * @param wanted - by the end of their ids, as far as it tells; an id's beginning may be missing.
   */
  *committedRows(wanted?: (id: string) => boolean): Iterable<V> {
    if (this.#closed) throw tableGone();
    if (!this.#disk) {
      // As they are now: the reader may be slow, and the store go to disk meanwhile.
      const rows = [...this.#rows];
      for (const [id, row] of rows) if (!wanted || wanted(id)) yield row;
      return;
    }
    this.#writeRestored(this.#disk);
    for (const bytes of this.#disk.rows(wanted)) yield this.#codec.decode(bytes);
  }

  /** Not yet committed, without what was forgotten. */
  changedRows(): readonly V[] {
    return [...this.#changed.values()].flatMap((row) => (row === undefined ? [] : [row]));
  }

  /** The last change of each id since `commit`, encoded; null forgets. */
  changes(): Iterable<readonly [id: string, row: Buffer | null]> {
    this.#encoded ??= new Map(
      Array.from(this.#changed, ([id, row]) => [id, row === undefined ? null : this.#codec.encode(row)]),
    );
    return this.#encoded;
  }

  /** @throws when the disk is full: what is committed must be restored then, from where it is kept for good. */
  commit(): void {
    if (this.#disk) {
      this.#writeRestored(this.#disk);
      this.#disk.write(this.changes());
    }
    for (const [id, row] of this.#changed) this.#keep(id, row);
    this.#changed = new Map();
    this.#encoded = undefined;
    this.#makeRoom();
  }

  /** What was committed before, as `changes` gave it. */
  restore(id: string, row: Buffer | null): void {
    if (!this.#disk) {
      this.#keep(id, row ? this.#codec.decode(row) : undefined);
      this.#makeRoom();
      return;
    }
    this.#rows.delete(id);
    this.#restored.set(id, row);
    this.#restoredBytes += id.length + (row?.length ?? 0);
    const { rows, bytes } = RESTORED_AT_ONCE;
    if (this.#restored.size >= rows || this.#restoredBytes >= bytes) this.#writeRestored(this.#disk);
  }

  /** Gives its room back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#space.count(-this.#counted);
    this.#counted = 0;
    this.#rows.clear();
    if (this.#disk) await this.#space.closeTable(this.#disk);
  }

  #keep(id: string, row: V | undefined): void {
    // Those used last stand last.
    if (this.#disk) this.#rows.delete(id);
    if (row === undefined) this.#rows.delete(id);
    else this.#rows.set(id, row);
  }

  #makeRoom(): void {
    this.#count();
    if (!this.#disk && this.#space.full && this.#rows.size > this.#space.share) {
      const disk = this.#space.openTable();
      disk.write([...this.#rows].map(([id, row]) => [id, this.#codec.encode(row)]));
      this.#disk = disk;
    }
    this.#trim();
  }

  #trim(): void {
    if (!this.#disk) return;
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= this.#space.share) break;
      this.#rows.delete(id);
    }
    this.#count();
  }

  #count(): void {
    this.#space.count(this.#rows.size - this.#counted);
    this.#counted = this.#rows.size;
  }

  #writeRestored(disk: DiskTable): void {
    if (this.#restored.size === 0) return;
    disk.write(this.#restored);
    this.#restored = new Map();
    this.#restoredBytes = 0;
  }
}
