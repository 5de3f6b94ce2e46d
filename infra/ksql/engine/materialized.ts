import type { InRecord, OutRecord } from "../../runtime/kafka/ports.ts";
import type { Source } from "../catalog/source.ts";
import type { SqlType } from "../sql/types.ts";
import type { Value } from "../values/value.ts";
import { StagedMap } from "./staged-map.ts";
import { type Packed, packAll, unpackAll, unpacker } from "./value-codec.ts";

/** What a table remembers under one key, and window if it has one. */
export interface Entry {
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

/**
 * One partition of a table's state: changes stay aside until their transaction is committed, so that readers see only
 * what is in Kafka, and a failed transaction leaves nothing behind.
 */
export class Materialized {
  readonly #topic: string;
  readonly #entries = new StagedMap<Entry>();
  readonly #key: ReturnType<typeof unpacker>[];
  readonly #row: ReturnType<typeof unpacker>[];
  readonly #states: ReturnType<typeof unpacker>[][];

  constructor(topic: string, sink: Source, stateTypes: readonly (readonly SqlType[])[]) {
    this.#topic = topic;
    this.#key = sink.keys.map((column) => unpacker(column.type));
    this.#row = sink.values.map((column) => unpacker(column.type));
    this.#states = stateTypes.map((types) => types.map(unpacker));
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** undefined forgets. */
  set(id: string, entry: Entry | undefined): void {
    this.#entries.set(id, entry);
  }

  /** Committed entries. */
  committed(id: string): Entry | undefined {
    return this.#entries.committed(id);
  }

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The last change of each entry since `commit`, for the changelog. */
  changes(): readonly OutRecord[] {
    return [...this.#entries.changes()].map(([id, entry]) => ({
      topic: this.#topic,
      key: Buffer.from(PREFIX + id),
      value: entry ? Buffer.from(JSON.stringify(packEntry(entry))) : null,
    }));
  }

  /** Forget the windows that started before this moment. Looks at every entry: not for each batch. */
  expire(before: number): void {
    const fresh = [...this.#entries.changes()].flatMap(([, entry]) => entry ?? []);
    for (const entries of [this.#entries.values(), fresh]) {
      for (const { key, windowStart } of entries) {
        if (windowStart !== undefined && windowStart < before)
          this.#entries.set(idOf(key, windowStart), undefined);
      }
    }
  }

  commit(): void {
    this.#entries.commit();
  }

  /** @returns false when the record is not one of these entries. */
  restore(record: InRecord): boolean {
    const key = record.key?.toString("utf8");
    if (!key?.startsWith(PREFIX)) return false;
    const id = key.slice(PREFIX.length);
    const packed = record.value && (JSON.parse(record.value.toString("utf8")) as PackedEntry);
    this.#entries.restore(id, packed ? this.#unpack(packed) : undefined);
    return true;
  }

  #unpack([key, windowStart, time, row, states]: PackedEntry): Entry {
    return {
      key: unpackAll(this.#key, key),
      time,
      row: row && unpackAll(this.#row, row),
      states: this.#states.map((unpackers, i) => unpackAll(unpackers, states[i] ?? [])),
      ...(windowStart === null ? {} : { windowStart }),
    };
  }
}

function packEntry(entry: Entry): PackedEntry {
  return [
    packAll(entry.key),
    entry.windowStart ?? null,
    entry.time,
    entry.row && packAll(entry.row),
    entry.states.map(packAll),
  ];
}
