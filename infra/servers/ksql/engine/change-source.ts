import { formatCut, HEADERS, parseCut } from "../../../../schemas/topics.ts";
import type { InRecord, OutRecord } from "../../../runtime/kafka/ports.ts";
import type { GroupPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";
import type { SqlType } from "../sql/types.ts";
import type { StateSpace } from "../state/state-space.ts";
import { type RowCodec, StateStore } from "../state/state-store.ts";
import { type GroupChange, type Share, type ShareOf, streamChange, tableChanges } from "./grouper.ts";
import { idOf } from "./materialized.ts";
import type { RecordReader } from "./record-reader.ts";
import { type Packed, packAll, unpackAll, unpacker } from "./value-codec.ts";
import type { Turns } from "./work.ts";

/** Records as changes of groups, with the state that takes. */
export interface ChangeSource {
  /** @returns false when the record is not this one's. */
  restore(record: InRecord): boolean;
  changesOf(records: readonly InRecord[], work: Turns): Promise<readonly GroupChange[]>;
  /**
   * Headers for what is written for a batch, which say how far the source is in it: of each of these partitions
   * everything below the offset, and nothing from there on. A reader that counts the source can hold that count against a row.
   */
  cutOf(records: readonly InRecord[]): Readonly<Record<string, string>>;
  /** Changelog records of the state since `commit`. */
  changelog(): readonly OutRecord[];
  commit(): void;
  /** Gives back what the state takes. */
  close(): Promise<void>;
}

/** How a group's key and arguments are packed. */
interface GroupTypes {
  readonly key: readonly SqlType[];
  readonly args: readonly SqlType[];
}

export function groupTypes(group: GroupPlan): GroupTypes {
  return { key: group.keys.map((k) => k.type), args: group.aggregates.map((a) => a.argumentType) };
}

const PREFIX = "s";
type PackedShare = readonly [key: readonly Packed[], args: readonly Packed[]];

/** Straight from the source's topic; a table's rows are remembered, so that they can be taken back. */
export function sourceChanges(
  source: Source,
  reader: RecordReader,
  share: ShareOf,
  types: GroupTypes,
  stateTopic: string,
  space: StateSpace,
): ChangeSource {
  const shares = new StateStore(shareCodec(types), space);
  return {
    restore({ key, value }) {
      const text = key?.toString("utf8");
      if (!text?.startsWith(PREFIX)) return false;
      shares.restore(text.slice(PREFIX.length), value);
      return true;
    },
    async changesOf(records, work) {
      await reader.prepare(records);
      work.begin(records);
      const changes: GroupChange[] = [];
      for (const record of records) {
        const turn = work.turn();
        if (turn) await turn;
        const read = reader.read(record);
        if (!read) continue;
        if (source.type === "STREAM") {
          changes.push(...streamChange(read, share));
        } else if (read.hasKey) {
          const id = idOf(read.key, read.windowStart);
          const before = shares.get(id);
          const after = read.row ? share(read.row) : undefined;
          if (before || after) shares.set(id, after);
          changes.push(...tableChanges(before, after, read.time));
        }
      }
      return changes;
    },
    cutOf: (records) => headerOf(records.map(({ partition, offset }) => [partition, offset + 1])),
    changelog: () =>
      Array.from(shares.changes(), ([id, value]) => ({
        topic: stateTopic,
        key: Buffer.from(PREFIX + id),
        value,
      })),
    commit: () => shares.commit(),
    close: () => shares.close(),
  };
}

function shareCodec(types: GroupTypes): RowCodec<Share> {
  const keyOf = types.key.map(unpacker);
  const argOf = types.args.map(unpacker);
  return {
    encode: ({ key, args }) => Buffer.from(JSON.stringify([packAll(key), packAll(args)])),
    decode(bytes) {
      const [key, args] = JSON.parse(bytes.toString("utf8")) as PackedShare;
      return { key: unpackAll(keyOf, key), args: unpackAll(argOf, args) };
    },
  };
}

type PackedChange = readonly [
  key: readonly Packed[],
  time: number,
  undo: readonly Packed[] | 0,
  add: readonly Packed[] | 0,
];

export function packChanges(changes: readonly GroupChange[]): Buffer {
  const packed = changes.map(
    ({ key, time, undo, add }): PackedChange => [
      packAll(key),
      time,
      undo ? packAll(undo) : 0,
      add ? packAll(add) : 0,
    ],
  );
  return Buffer.from(JSON.stringify(packed));
}

/** From the records that `packChanges` made, each holding the changes of a whole batch. */
export function packedChanges(types: GroupTypes): ChangeSource {
  const keyOf = types.key.map(unpacker);
  const argOf = types.args.map(unpacker);
  return {
    restore: () => false,
    async changesOf(records) {
      return records.flatMap((record) => {
        const packed = JSON.parse(record.value?.toString("utf8") ?? "[]") as readonly PackedChange[];
        return packed.map(([key, time, undo, add]) => ({
          key: unpackAll(keyOf, key),
          time,
          undo: undo === 0 ? null : unpackAll(argOf, undo),
          add: add === 0 ? null : unpackAll(argOf, add),
        }));
      });
    },
    cutOf: (records) =>
      headerOf(records.flatMap(({ headers }) => [...(parseCut(headers[HEADERS.cut]) ?? [])])),
    changelog: () => [],
    commit: () => {},
    close: async () => {},
  };
}

/** The greatest offset of each partition. */
function headerOf(cuts: readonly (readonly [partition: number, next: number])[]): Record<string, string> {
  const greatest = new Map<number, number>();
  for (const [partition, next] of cuts) greatest.set(partition, Math.max(next, greatest.get(partition) ?? 0));
  return greatest.size === 0 ? {} : { [HEADERS.cut]: formatCut(greatest) };
}
