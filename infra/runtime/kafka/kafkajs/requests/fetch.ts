import Encoder from "kafkajs/src/protocol/encoder.js";
import { ByteCursor } from "../../wire/byte-cursor.ts";
import type { AbortedTransaction } from "../../wire/record-set.ts";
import { type ProtocolRequest, tagged, writeEach } from "./flexible.ts";

/** Topics are named by their ids from version 13 on, so an answer is never of another topic than was meant. */
export const FETCH = { key: 1, name: "Fetch", version: 13 } as const;

export interface FetchPartition {
  readonly partition: number;
  readonly from: number;
  /** Under which leadership the records are wanted: a broker refuses another one (KIP-320). Left out: any. */
  readonly leaderEpoch?: number;
}

export interface FetchTopic {
  /** 32 hexadecimal digits. */
  readonly topicId: string;
  readonly partitions: readonly FetchPartition[];
}

export interface FetchedPartition {
  readonly topicId: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly highWaterMark: number;
  readonly logStart: number;
  readonly aborted: readonly AbortedTransaction[];
  readonly bytes: Buffer;
}

export interface FetchLimits {
  /** How long the broker may wait for the first byte. */
  readonly maxWaitMs: number;
  readonly maxBytes: number;
  readonly maxPartitionBytes: number;
}

interface Fetched {
  readonly errorCode: number;
  readonly partitions: readonly FetchedPartition[];
}

const NO_REPLICA = -1;
const READ_COMMITTED = 1;
/** No session: each request names everything. */
const NO_SESSION_EPOCH = -1;
const UNKNOWN = -1;
const NOTHING = Buffer.alloc(0);

/** Fetch, version 13: kafkajs's own ends at 11, and makes objects of what is only to be walked through here. */
export function fetchRequest(topics: readonly FetchTopic[], limits: FetchLimits): ProtocolRequest<Fetched> {
  return {
    request: {
      apiKey: FETCH.key,
      apiName: FETCH.name,
      apiVersion: FETCH.version,
      encode: async () => body(topics, limits),
    },
    response: { decode: async (payload) => reply(payload), parse: async (fetched) => fetched },
  };
}

function body(
  topics: readonly FetchTopic[],
  { maxWaitMs, maxBytes, maxPartitionBytes }: FetchLimits,
): Encoder {
  const to = tagged(new Encoder())
    .writeInt32(NO_REPLICA)
    .writeInt32(maxWaitMs)
    .writeInt32(1)
    .writeInt32(maxBytes)
    .writeInt8(READ_COMMITTED)
    .writeInt32(0)
    .writeInt32(NO_SESSION_EPOCH);
  writeEach(to, topics, ({ topicId, partitions }) => {
    to.writeBuffer(Buffer.from(topicId, "hex"));
    writeEach(to, partitions, ({ partition, from, leaderEpoch = UNKNOWN }) => {
      to.writeInt32(partition)
        .writeInt32(leaderEpoch)
        .writeInt64(from)
        .writeInt32(UNKNOWN)
        .writeInt64(UNKNOWN);
      tagged(to.writeInt32(maxPartitionBytes));
    });
    tagged(to);
  });
  writeEach(to, [], () => {});
  return tagged(to.writeUVarIntString(""));
}

function reply(payload: Buffer): Fetched {
  const cursor = new ByteCursor(payload);
  cursor.tags();
  cursor.int32(); // throttled
  const errorCode = cursor.int16();
  cursor.int32(); // session
  const partitions: FetchedPartition[] = [];
  cursor.structures(() => {
    const topicId = cursor.take(16).toString("hex");
    cursor.structures(() => {
      const partition = cursor.int32();
      const code = cursor.int16();
      const highWaterMark = cursor.int64();
      cursor.int64(); // last stable offset
      const logStart = cursor.int64();
      const aborted: AbortedTransaction[] = [];
      cursor.structures(() => aborted.push({ producerId: cursor.int64(), firstOffset: cursor.int64() }));
      cursor.int32(); // preferred replica
      const length = cursor.uvarint() - 1;
      const bytes = length > 0 ? cursor.take(length) : NOTHING;
      partitions.push({ topicId, partition, errorCode: code, highWaterMark, logStart, aborted, bytes });
    });
  });
  return { errorCode, partitions };
}
