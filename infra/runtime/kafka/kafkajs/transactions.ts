import type { Transaction } from "kafkajs";
import { CodedError } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import { positionText } from "../loop/offsets.ts";
import type {
  ReadUpTo,
  TopicPartition,
  TransactionalProducer,
  TransactionOutcome,
  WrittenPartition,
} from "../loop/ports.ts";
import type { OutRecord } from "../ports.ts";
import { Positions } from "../positions.ts";
import { type ClusterOptions, openClient } from "./client.ts";
import { type Broker, type Cluster, COORDINATES, type ProducerSession, withCluster } from "./cluster.ts";
import { brokerError, coded } from "./errors.ts";
import { OFFSETS_TOPIC } from "./group-offsets.ts";
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
 * it sends the next, and a part of one is not awaited. With 4,000 instead of 1,000 the stations transform makes a
 * quarter of the requests.
 */
const IN_TRANSACTION = { ...MAX_REQUEST, records: 4_000 };
/** Between two tries to begin, ms: the last transaction's markers are still being written. */
const BEGIN_MS = 5;

/**
 * Open the producer of a transactional id, fencing its predecessor and having the coordinator end the transaction that
 * one left open: `connect()` does neither, the first transaction does (delivery rule 5d). The coordinator then takes that
 * transaction for ended; whether the log agrees is the guard's to see.
 *
 * @param openMs - for how long that may take: it has no transaction that the broker could abort.
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_FENCED
 */
export async function openTransactions(
  options: ClusterOptions,
  transactionalId: string,
  group: string,
  openMs = BOUND_MS,
): Promise<TransactionalProducer> {
  const client = openClient(options, { giveUpMs: BOUND_MS, requestTimeoutMs: BOUND_MS });
  const { made: producer, cluster } = withCluster(client, () =>
    client.kafka.producer({
      transactionalId,
      idempotent: true,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      createPartitioner: notingPartitioner,
      allowAutoTopicCreation: false,
      maxInFlightRequests: 1,
      retry: NEVER,
    }),
  );
  const coordinators = rememberCoordinators(cluster);
  const bounded = <T>(doing: string, action: () => Promise<T>, ms = BOUND_MS): Promise<T> =>
    within(options.clock, ms, doing, action());
  let session: ProducerSession;
  try {
    const open = async (): Promise<void> => {
      await producer.connect();
      await (await producer.transaction()).abort();
    };
    await bounded(`opening ${transactionalId}`, open, openMs);
    session = coordinators.session();
  } catch (error) {
    client.destroy();
    throw coded(error, `cannot open the transactions of ${transactionalId}`);
  }
  return {
    producerId: Number(session.producerId),
    producerEpoch: session.producerEpoch,
    async commit(records, read, beforeEnd) {
      try {
        return await bounded(`committing ${transactionalId}`, async () => {
          const transaction = await producer.transaction();
          // First, because it may be repeated until the last transaction has ended; then nothing else need be.
          await begun(options.clock, () => sendOffsets(transaction, read), coordinators.forget);
          const written = await write(transaction, records);
          await beforeEnd();
          await transaction.commit();
          return written;
        });
      } catch (error) {
        throw coded(error, `cannot commit ${transactionalId}`, { records: records.length });
      }
    },
    async end(places, outcome) {
      try {
        await bounded(`ending what ${transactionalId} left`, () =>
          endLeftOver(options.clock, cluster, { ...session, transactionalId }, { group, places, outcome }),
        );
      } catch (error) {
        throw coded(error, `cannot end what ${transactionalId} left open`);
      }
    },
    async close() {
      await disconnected(options.clock, producer.disconnect());
      client.destroy();
    },
    destroy: () => client.destroy(),
  };
}

interface LeftOver {
  readonly group: string;
  readonly places: readonly TopicPartition[];
  readonly outcome: TransactionOutcome;
}

/** End what is open in the log at these places: by a transaction of the same producer that adds them, and then ends. */
async function endLeftOver(
  clock: Clock,
  cluster: Cluster,
  producer: ProducerSession & { readonly transactionalId: string },
  { group, places, outcome }: LeftOver,
): Promise<void> {
  const groupId = producer.transactionalId;
  const coordinatorType = COORDINATES.transactions;
  const coordinator = await cluster.findGroupCoordinator({ groupId, coordinatorType });
  const topics = byTopic(places.filter(({ topic }) => topic !== OFFSETS_TOPIC));
  await begun(clock, async () => {
    if (topics.length > 0) await coordinator.addPartitionsToTxn({ ...producer, topics });
  });
  if (places.some(({ topic }) => topic === OFFSETS_TOPIC)) {
    await begun(clock, () => coordinator.addOffsetsToTxn({ ...producer, groupId: group }));
  }
  await coordinator.endTxn({ ...producer, transactionResult: outcome === "commit" });
}

interface Coordinators {
  /** What kafkajs was given for itself. */
  session(): ProducerSession;
  /** One of them has moved: they are asked for again. */
  readonly forget: () => void;
}

/**
 * kafkajs 2.2.4 asks who coordinates before each of a transaction's four requests, and keeps no answer. They are kept
 * here until one is wrong: what else goes wrong ends this producer, and the next one asks. The producer id and epoch, which
 * kafkajs keeps to itself, are noted as they pass.
 */
function rememberCoordinators(cluster: Cluster): Coordinators {
  let session: ProducerSession | undefined;
  const known = new Map<string, Broker>();
  const find = cluster.findGroupCoordinator.bind(cluster);
  cluster.findGroupCoordinator = async (of) => {
    const name = `${of.coordinatorType} ${of.groupId}`;
    const remembered = known.get(name);
    if (remembered?.isConnected()) return remembered;
    const broker = await find(of);
    const noting: Broker = Object.create(broker, {
      initProducerId: {
        async value(request: Parameters<typeof broker.initProducerId>[0]) {
          session = await broker.initProducerId(request);
          return session;
        },
      },
    });
    known.set(name, noting);
    return noting;
  };
  return {
    session() {
      if (!session) throw new Error("kafkajs has not asked for a producer id");
      return session;
    },
    forget: () => known.clear(),
  };
}

function sendOffsets(transaction: Transaction, { group, topic, partition, next, topicId }: ReadUpTo) {
  // kafkajs passes the metadata on, though its types do not have it.
  const offset = { partition, offset: String(next), metadata: positionText({ next, topicId }) };
  return transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [offset] }] });
}

async function write(
  transaction: Transaction,
  records: readonly OutRecord[],
): Promise<readonly WrittenPartition[]> {
  const ends = new Positions();
  for (const request of inRequests(records, IN_TRANSACTION)) {
    const { topicMessages, messages } = outgoing(request);
    const answers = await transaction.sendBatch({ acks: -1, timeout: BOUND_MS, topicMessages });
    const sizes = new Positions();
    request.forEach(({ topic }, n) => {
      const partition = messages[n]?.partition ?? -1;
      sizes.set(topic, partition, (sizes.get(topic, partition) ?? 0) + 1);
    });
    for (const { topicName, partition, baseOffset } of answers) {
      ends.set(topicName, partition, Number(baseOffset) + (sizes.get(topicName, partition) ?? 1) - 1);
    }
  }
  return Array.from(ends.entries(), ([topic, partition, last]) => ({ topic, partition, last }));
}

export function byTopic(places: readonly TopicPartition[]) {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of places) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

/** kafkajs's names of what a coordinator says while it is made, moved or read back. */
const NOT_YET = new Set([
  "CONCURRENT_TRANSACTIONS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "GROUP_LOAD_IN_PROGRESS",
  "NOT_COORDINATOR_FOR_GROUP",
]);

/**
 * A coordinator that still ends the last transaction says so at once, and takes the next a moment later. One that is just
 * being made or has moved does too; nothing of the transaction is written yet, so it may be asked again.
 */
async function begun(
  clock: ClusterOptions["clock"],
  begin: () => Promise<unknown>,
  forget = (): void => {},
): Promise<void> {
  const until = clock.monotonic() + BOUND_MS;
  for (;;) {
    try {
      await begin();
      return;
    } catch (error) {
      const reason = brokerError(error) ?? "";
      if (!NOT_YET.has(reason) || clock.monotonic() >= until) throw error;
      if (reason !== "CONCURRENT_TRANSACTIONS") forget();
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
