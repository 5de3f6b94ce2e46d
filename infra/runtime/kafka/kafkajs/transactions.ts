import type { Transaction } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { OutRecord } from "../ports.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { brokerError, coded } from "./errors.ts";
import { inRequests, MAX_REQUEST, notingPartitioner, outgoing } from "./outgoing.ts";
import { disconnected } from "./supervision.ts";

/** The broker aborts a transaction that is open for longer, so that readers wait no longer than this for a dead writer. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** Given up on before the broker does. */
const BOUND_MS = 8_000;

/**
 * kafkajs does not wait for the requests to other brokers before it repeats one that failed: it sends those that are
 * still under way a second time, and the transaction then holds their records twice. So it may not repeat any; it
 * refuses to be told 0, and takes this for "never".
 */
const NEVER = { retries: Number.NaN };
/**
 * As many small records as `message.max.bytes` lets into a request: a transaction waits for each request's answer before
 * it sends the next, and nobody waits for a part of one. With 4,000 instead of 1,000 the stations transform makes a
 * quarter of the requests.
 */
const IN_TRANSACTION = { ...MAX_REQUEST, records: 4_000 };
/** Between two tries to begin, ms: the last transaction's markers are still being written. */
const BEGIN_MS = 5;

/** What a transaction covers besides its records: how far an input was read. */
export interface ReadUpTo {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** The next offset to read. */
  readonly next: number;
}

/** A transactional producer. After any error it must be destroyed, and with it all state that it covered (delivery rule 5b). */
export interface Transactions {
  /** All of it, or nothing; after a rejection nobody knows which: read the state back. */
  commit(records: readonly OutRecord[], read: ReadUpTo): Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

/**
 * Open the producer of a transactional id, fencing its predecessor and ending the transaction that one left open:
 * `connect()` does neither, the first transaction does (delivery rule 5d). When this returns, the markers are written.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_FENCED
 */
export async function openTransactions(
  options: ClusterOptions,
  transactionalId: string,
): Promise<Transactions> {
  const client = openClient(options, { giveUpMs: BOUND_MS, requestTimeoutMs: BOUND_MS });
  const producer = client.kafka.producer({
    transactionalId,
    idempotent: true,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    createPartitioner: notingPartitioner,
    allowAutoTopicCreation: false,
    maxInFlightRequests: 1,
    retry: NEVER,
  });
  const bounded = <T>(doing: string, action: () => Promise<T>): Promise<T> =>
    within(options.clock, BOUND_MS, doing, action());
  try {
    await bounded(`opening ${transactionalId}`, async () => {
      await producer.connect();
      await (await producer.transaction()).abort();
    });
  } catch (error) {
    client.destroy();
    throw coded(error, `cannot open the transactions of ${transactionalId}`);
  }
  const write = async (transaction: Transaction, records: readonly OutRecord[]): Promise<void> => {
    for (const request of inRequests(records, IN_TRANSACTION)) {
      await transaction.sendBatch({
        acks: -1,
        timeout: BOUND_MS,
        topicMessages: outgoing(request).topicMessages,
      });
    }
  };
  return {
    async commit(records, { group, topic, partition, next }) {
      try {
        await bounded(`committing ${transactionalId}`, async () => {
          const transaction = await producer.transaction();
          // First, because it may be repeated until the last transaction has ended; then nothing else need be.
          await begun(options.clock, () =>
            transaction.sendOffsets({
              consumerGroupId: group,
              topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
            }),
          );
          await write(transaction, records);
          await transaction.commit();
        });
      } catch (error) {
        throw coded(error, `cannot commit ${transactionalId}`, { records: records.length });
      }
    },
    async close() {
      await disconnected(options.clock, producer.disconnect());
      client.destroy();
    },
    destroy: () => client.destroy(),
  };
}

/** A coordinator that still ends the last transaction says so at once, and takes the next a moment later. */
async function begun(clock: ClusterOptions["clock"], begin: () => Promise<void>): Promise<void> {
  const until = clock.monotonic() + BOUND_MS;
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      if (brokerError(error) !== "CONCURRENT_TRANSACTIONS" || clock.monotonic() >= until) throw error;
      await clock.sleep(BEGIN_MS);
    }
  }
}

async function within<T>(
  clock: ClusterOptions["clock"],
  ms: number,
  doing: string,
  action: Promise<T>,
): Promise<T> {
  let cancel = (): void => {};
  const timeout = new Promise<never>((_, reject) => {
    cancel = clock.after(ms, () =>
      reject(
        new CodedError("KAFKA_UNAVAILABLE", {
          message: `${doing} took longer than ${ms} ms`,
          retryable: true,
          context: { timeoutMs: ms },
        }),
      ),
    );
  });
  try {
    return await Promise.race([action, timeout]);
  } finally {
    cancel();
  }
}
