import { stationOfKey } from "../../../schemas/state-keys.ts";
import { partitionOf } from "../../../schemas/topics.ts";
import { avroType } from "../../runtime/avro/contracts.ts";
import { type InRecord, OFFSET_KEY, type OutRecord } from "../../runtime/kafka/ports.ts";
import { parseFrame } from "../../runtime/registry/wire-format.ts";

/** What of one partition of dedup's state belongs into another one. */
export interface Moves {
  /** Stations, each once. */
  readonly stations: ReadonlySet<number>;
  /** Their records where they belong from now on: written first. */
  readonly copies: readonly OutRecord[];
  /** The end of each where it was. Only once all copies are there, or a kill in between would lose a count. */
  readonly tombstones: readonly OutRecord[];
}

/**
 * Where each record of a partition belongs when there are `to` of them. The loop's own offsets are of the partition, and
 * stay. Of what was moved before only the tombstone is left, and that says nothing.
 *
 * @param records - of this partition of the state topic, in order, from its beginning to its end.
 * @throws {CodedError} AVRO_INVALID for a key that is none of dedup's
 */
export function movesOf(records: Iterable<InRecord>, to: number): Moves {
  const newest = new Map<string, InRecord>();
  for (const record of records) {
    const key = record.key?.toString("latin1") ?? "";
    newest.delete(key);
    if (record.value !== null && !key.startsWith(OFFSET_KEY)) newest.set(key, record);
  }
  const stations = new Set<number>();
  const copies: OutRecord[] = [];
  const tombstones: OutRecord[] = [];
  for (const { topic, partition, key, value, headers } of newest.values()) {
    const stationId = stationOfKey(numberIn(key));
    const home = partitionOf(stationId, to);
    if (home === partition) continue;
    stations.add(stationId);
    copies.push({ topic, partition: home, key, value, headers });
    tombstones.push({ topic, partition, key, value: null });
  }
  return { stations, copies, tombstones };
}

function numberIn(key: Buffer | null): number {
  return avroType("station-id").fromBuffer(parseFrame(key ?? Buffer.alloc(0)).body) as number;
}
