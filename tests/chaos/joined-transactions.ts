import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Whether a marker ever ended more than its own transaction, as the log files say: what a producer's predecessor left
 * open in a partition, because its own marker is missing, is ended by the next marker of the same producer id. Records
 * that were to be aborted are then counted, or the other way round (delivery rule 13).
 */

/** Places in the header of a record batch (Kafka's message format 2). */
const LENGTH = 8;
const ATTRIBUTES = 21;
const PRODUCER_ID = 43;
const PRODUCER_EPOCH = 51;
const HEADER = 61;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

export interface Batch {
  readonly offset: number;
  readonly producerId: string;
  readonly epoch: number;
  readonly marker: boolean;
}

/** A marker, and the batches of earlier epochs that it ended together with those of its own. */
export interface Joined {
  /** `topic-partition`, as its folder is named. */
  readonly partition: string;
  readonly marker: Batch;
  readonly earlier: readonly Batch[];
}

/** The transactional batches of one log file, in order; what a kill left half written at its end is not one. */
export function* batchesIn(log: Buffer): Iterable<Batch> {
  for (let at = 0; at + HEADER <= log.length; ) {
    const length = log.readInt32BE(at + LENGTH);
    if (length <= 0) return;
    const attributes = log.readInt16BE(at + ATTRIBUTES);
    if ((attributes & TRANSACTIONAL) !== 0) {
      yield {
        offset: Number(log.readBigInt64BE(at)),
        producerId: String(log.readBigInt64BE(at + PRODUCER_ID)),
        epoch: log.readInt16BE(at + PRODUCER_EPOCH),
        marker: (attributes & CONTROL) !== 0,
      };
    }
    at += LENGTH + 4 + length;
  }
}

/** The markers of one partition that ended records of two epochs. One of the next epoch alone is a fence's ordinary end. */
export function joinedIn(partition: string, batches: Iterable<Batch>): readonly Joined[] {
  const open = new Map<string, Batch[]>();
  const joined: Joined[] = [];
  for (const batch of batches) {
    const pending = open.get(batch.producerId) ?? [];
    if (!batch.marker) {
      open.set(batch.producerId, [...pending, batch]);
      continue;
    }
    open.delete(batch.producerId);
    const [first] = pending;
    const earlier = pending.filter(({ epoch }) => epoch !== pending.at(-1)?.epoch);
    if (first && earlier.length > 0) joined.push({ partition, marker: batch, earlier });
  }
  return joined;
}

/** All of them below a broker's data folder; Kafka's own topics are left out. */
export function joinedTransactions(dataFolder: string): readonly Joined[] {
  const partitions = readdirSync(dataFolder, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && /-\d+$/.test(entry.name) && !entry.name.startsWith("__"),
  );
  return partitions.flatMap(({ name }) => joinedIn(name, batchesBelow(join(dataFolder, name))));
}

function* batchesBelow(folder: string): Iterable<Batch> {
  const files = readdirSync(folder).filter((name) => name.endsWith(".log"));
  for (const file of files.toSorted()) yield* batchesIn(readFileSync(join(folder, file)));
}
