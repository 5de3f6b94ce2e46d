import type { TopicPartition } from "../../loop/ports.ts";
import { flexible, type ProtocolRequest, readEach, readInt64, writeEach } from "./flexible.ts";

/** What a coordinator knows of a transactional id. */
export interface TransactionDescription {
  readonly errorCode: number;
  /** Kafka's names: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort, PrepareEpochFence, Dead. */
  readonly state: string;
  /** Below 2^53. */
  readonly producerId: number;
  readonly producerEpoch: number;
  /** Of the transaction under way; while it ends, those that have no marker yet. */
  readonly places: readonly TopicPartition[];
}

export const DESCRIBE_TRANSACTIONS = { key: 65, name: "DescribeTransactions", version: 0 } as const;

/** DescribeTransactions (KIP-664), to the coordinator of these ids. */
export function describeTransactionsRequest(
  transactionalIds: readonly string[],
): ProtocolRequest<{ readonly transactions: readonly TransactionDescription[] }> {
  return flexible(
    DESCRIBE_TRANSACTIONS,
    (body) => writeEach(body, transactionalIds, (id) => void body.writeUVarIntString(id)),
    (reply) => {
      reply.readInt32();
      return {
        transactions: readEach(reply, () => {
          const errorCode = reply.readInt16();
          reply.readUVarIntString();
          const state = reply.readUVarIntString() ?? "";
          reply.readInt32();
          reply.readInt64();
          const producerId = readInt64(reply);
          const producerEpoch = reply.readInt16();
          const topics = readEach(reply, () => {
            const topic = reply.readUVarIntString() ?? "";
            const partitions = reply.readUVarIntArray(() => reply.readInt32()) ?? [];
            return partitions.map((partition) => ({ topic, partition }));
          });
          return { errorCode, state, producerId, producerEpoch, places: topics.flat() };
        }),
      };
    },
  );
}

interface ListedTransaction {
  readonly transactionalId: string;
  readonly producerId: number;
}

const LIST_TRANSACTIONS = { key: 66, name: "ListTransactions", version: 0 } as const;

/** ListTransactions (KIP-664), to every broker: each lists those that it coordinates. */
export function listTransactionsRequest(
  producerIds: readonly number[],
): ProtocolRequest<{ readonly errorCode: number; readonly transactions: readonly ListedTransaction[] }> {
  return flexible(
    LIST_TRANSACTIONS,
    (body) => {
      // In any state.
      writeEach(body, [], () => {});
      writeEach(body, producerIds, (id) => void body.writeInt64(id));
    },
    (reply) => {
      reply.readInt32();
      const errorCode = reply.readInt16();
      reply.readUVarIntArray(() => reply.readUVarIntString());
      return {
        errorCode,
        transactions: readEach(reply, () => {
          const transactionalId = reply.readUVarIntString() ?? "";
          const producerId = readInt64(reply);
          reply.readUVarIntString();
          return { transactionalId, producerId };
        }),
      };
    },
  );
}
