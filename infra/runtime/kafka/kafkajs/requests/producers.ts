import type { TopicPartition } from "../../loop/ports.ts";
import { flexible, type ProtocolRequest, readEach, readInt64, tagged, writeEach } from "./flexible.ts";

/** A producer that has written to a partition lately, as the partition's leader remembers it. */
export interface ProducerState {
  /** Below 2^53. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Epoch ms of its last record. */
  readonly lastTimestamp: number;
  /** Of the coordinator that wrote its last marker; -1: none did yet. */
  readonly coordinatorEpoch: number;
  /** Where its open transaction begins; -1: it has none. */
  readonly transactionStart: number;
}

interface DescribedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: number;
  readonly producers: readonly ProducerState[];
}

export const DESCRIBE_PRODUCERS = { key: 61, name: "DescribeProducers", version: 0 } as const;

/** DescribeProducers (KIP-664), to the leader of these partitions. */
export function describeProducersRequest(
  topics: ReadonlyMap<string, readonly number[]>,
): ProtocolRequest<{ readonly partitions: readonly DescribedPartition[] }> {
  return flexible(
    DESCRIBE_PRODUCERS,
    (body) => {
      writeEach(body, [...topics], ([topic, partitions]) => {
        body.writeUVarIntString(topic);
        writeEach(body, partitions, (partition) => void body.writeInt32(partition));
        tagged(body);
      });
    },
    (reply) => {
      reply.readInt32();
      const byTopic = readEach(reply, () => {
        const topic = reply.readUVarIntString() ?? "";
        return readEach(reply, () => {
          const partition = reply.readInt32();
          const errorCode = reply.readInt16();
          reply.readUVarIntString();
          const producers = readEach(reply, () => {
            const producerId = readInt64(reply);
            const producerEpoch = reply.readInt32();
            reply.readInt32();
            const lastTimestamp = readInt64(reply);
            const coordinatorEpoch = reply.readInt32();
            return {
              producerId,
              producerEpoch,
              lastTimestamp,
              coordinatorEpoch,
              transactionStart: readInt64(reply),
            };
          });
          return { topic, partition, errorCode, producers };
        });
      });
      return { partitions: byTopic.flat() };
    },
  );
}

export interface Marker extends TopicPartition {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly commit: boolean;
}

const WRITE_MARKERS = { key: 27, name: "WriteTxnMarkers", version: 1 } as const;

/** WriteTxnMarkers (KIP-98), to the partition's leader: what a coordinator sends, and `kafka-transactions.sh abort`. */
export function writeMarkerRequest(marker: Marker): ProtocolRequest<{ readonly errorCode: number }> {
  return flexible(
    WRITE_MARKERS,
    (body) => {
      writeEach(body, [marker], () => {
        body.writeInt64(marker.producerId).writeInt16(marker.producerEpoch).writeBoolean(marker.commit);
        writeEach(body, [marker.topic], (topic) => {
          body.writeUVarIntString(topic);
          writeEach(body, [marker.partition], (partition) => void body.writeInt32(partition));
          tagged(body);
        });
        tagged(body.writeInt32(marker.coordinatorEpoch));
      });
    },
    (reply) => {
      const codes = readEach(reply, () => {
        reply.readInt64();
        return readEach(reply, () => {
          reply.readUVarIntString();
          return readEach(reply, () => {
            reply.readInt32();
            return reply.readInt16();
          });
        });
      });
      return { errorCode: codes.flat(2)[0] ?? 0 };
    },
  );
}
