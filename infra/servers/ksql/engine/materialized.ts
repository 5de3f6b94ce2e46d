import type { InRecord, OutRecord } from "../../../runtime/kafka/ports.ts";
import type { Source } from "../catalog/source.ts";
import type { SqlType } from "../sql/types.ts";
import type { StateSpace } from "../state/state-space.ts";
import { type RowCodec, StateStore } from "../state/state-store.ts";
import type { Value } from "../values/value.ts";
import { type Packed, packAll, unpackAll, unpacker } from "./value-codec.ts";

/** What a table remembers under one key, and window if it has one. */
export interface TableEntry {
  readonly key: readonly Value[];
  /** Epoch ms. */
  readonly windowStart?: number;
  /** Time of the newest row that went into it, epoch ms. */
  readonly time: number;
  /** The value columns as last written to the sink; null: not in the table (HAVING, WHERE). */
  readonly row: readonly Value[] | null;
  /** Per aggregate its state. */
  readonly states: readonly (readonly Value[])[];
}

export function idOf(key: readonly Value[], windowStart?: number): string {
  const id = key.length === 1 ? String(packAll(key)[0]) : JSON.stringify(packAll(key));
  return windowStart === undefined ? id : `${id}@${windowStart}`;
}

type PackedEntry = readonly [
  key: readonly Packed[],
  windowStart: number | null,
  time: number,
  row: readonly Packed[] | null,
  states: readonly (readonly Packed[])[],
];

const PREFIX = "e";

/** Whose entry a changelog's record is, as `idOf` names it; undefined: it is none. */
export function changedId({ key }: Pick<InRecord, "key">): string | undefined {
  const text = key?.toString("utf8");
  return text?.startsWith(PREFIX) ? text.slice(PREFIX.length) : undefined;
}

/**
 * One partition of a table's state: changes stay aside until their transaction is committed, so that readers see only
 * what is in Kafka, and a failed transaction leaves nothing behind.
 */
export class Materialized {
  readonly #topic: string;
  readonly #entries: StateStore<TableEntry>;

  constructor(topic: string, sink: Source, stateTypes: readonly (readonly SqlType[])[], space: StateSpace) {
    this.#topic = topic;
    this.#entries = new StateStore(entryCodec(sink, stateTypes), space);
  }

  get(id: string): TableEntry | undefined {
    return this.#entries.get(id);
  }

  /** undefined forgets. */
  set(id: string, entry: TableEntry | undefined): void {
    this.#entries.set(id, entry);
  }

  /** Committed entries. */
  committed(id: string): TableEntry | undefined {
    return this.#entries.committed(id);
  }

  /** @throws while they are read, when the partition goes to another instance. */
  entries(): Iterable<TableEntry> {
    return this.#entries.committedRows();
  }

  /** The last change of each entry since `commit`, for the changelog. */
  changes(): readonly OutRecord[] {
    return Array.from(this.#entries.changes(), ([id, value]) => ({
      topic: this.#topic,
      key: Buffer.from(PREFIX + id),
      value,
    }));
  }

  /** Forget the windows that started before this moment. Looks at every entry: not for each batch. */
  expire(before: number): void {
    const old = this.#entries.committedRows((id) => Number(/@(\d+)$/.exec(id)?.[1] ?? before) < before);
    for (const { key, windowStart } of [...old, ...this.#entries.changedRows()]) {
      if (windowStart !== undefined && windowStart < before)
        this.#entries.set(idOf(key, windowStart), undefined);
    }
  }

  commit(): void {
    this.#entries.commit();
  }

  /** @returns false when the record is not one of these entries. */
  restore(record: InRecord): boolean {
    const id = changedId(record);
    if (id === undefined) return false;
    this.#entries.restore(id, record.value);
    return true;
  }

  /** Its partition is another instance's, or is being restored. */
  close(): Promise<void> {
    return this.#entries.close();
  }
}

function entryCodec(sink: Source, stateTypes: readonly (readonly SqlType[])[]): RowCodec<TableEntry> {
  const keyOf = sink.keys.map((column) => unpacker(column.type));
  const rowOf = sink.values.map((column) => unpacker(column.type));
  const statesOf = stateTypes.map((types) => types.map(unpacker));
  return {
    encode: (entry) => Buffer.from(JSON.stringify(packEntry(entry))),
    decode(bytes) {
      const [key, windowStart, time, row, states] = JSON.parse(bytes.toString("utf8")) as PackedEntry;
      return {
        key: unpackAll(keyOf, key),
        time,
        row: row && unpackAll(rowOf, row),
        states: statesOf.map((unpackers, i) => unpackAll(unpackers, states[i] ?? [])),
        ...(windowStart === null ? {} : { windowStart }),
      };
    },
  };
}

function packEntry(entry: TableEntry): PackedEntry {
  return [
    packAll(entry.key),
    entry.windowStart ?? null,
    entry.time,
    entry.row && packAll(entry.row),
    entry.states.map(packAll),
  ];
}
