import type { InRecord, OutRecord } from "../../runtime/kafka/ports.ts";
import type { GroupPlan } from "../analysis/query-plan.ts";
import type { Source } from "../catalog/source.ts";
import type { SqlType } from "../sql/types.ts";
import { type GroupChange, type Share, type ShareOf, streamChange, tableChanges } from "./grouper.ts";
import { idOf } from "./materialized.ts";
import type { RecordReader } from "./record-reader.ts";
import { StagedMap } from "./staged-map.ts";
import { type Packed, packAll, unpackAll, unpacker } from "./value-codec.ts";

/** Records as changes of groups, with the state that takes. */
export interface ChangeSource {
  /** @returns false when the record is not this one's. */
  restore(record: InRecord): boolean;
  changesOf(records: readonly InRecord[]): Promise<readonly GroupChange[]>;
  /** Changelog records of the state since `commit`. */
  changelog(): readonly OutRecord[];
  commit(): void;
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
): ChangeSource {
  const shares = new StagedMap<Share>();
  const keyOf = types.key.map(unpacker);
  const argOf = types.args.map(unpacker);
  return {
    restore(record) {
      const key = record.key?.toString("utf8");
      if (!key?.startsWith(PREFIX)) return false;
      const packed = record.value && (JSON.parse(record.value.toString("utf8")) as PackedShare);
      shares.restore(
        key.slice(PREFIX.length),
        packed ? { key: unpackAll(keyOf, packed[0]), args: unpackAll(argOf, packed[1]) } : undefined,
      );
      return true;
    },
    async changesOf(records) {
      await reader.prepare(records);
      const changes: GroupChange[] = [];
      for (const record of records) {
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
    changelog: () =>
      [...shares.changes()].map(([id, value]) => ({
        topic: stateTopic,
        key: Buffer.from(PREFIX + id),
        value: value ? Buffer.from(JSON.stringify([packAll(value.key), packAll(value.args)])) : null,
      })),
    commit: () => shares.commit(),
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
    changelog: () => [],
    commit: () => {},
  };
}
