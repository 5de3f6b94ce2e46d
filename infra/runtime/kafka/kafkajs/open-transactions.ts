import type { Coordinated, OpenTransaction, TopicPartition, TransactionOutcome } from "../loop/ports.ts";
import { ask, type Broker, type Cluster, COORDINATES, failOn } from "./cluster.ts";
import { byLeader, listOffsets } from "./list-offsets.ts";
import { DESCRIBE_PRODUCERS, describeProducersRequest, writeMarkerRequest } from "./requests/producers.ts";
import {
  DESCRIBE_TRANSACTIONS,
  describeTransactionsRequest,
  listTransactionsRequest,
} from "./requests/transactions.ts";

/** Kafka's error codes. */
const TOPIC_AUTHORIZATION_FAILED = 29;
const TRANSACTIONAL_ID_NOT_FOUND = 105;

/** Is this broker of Kafka 3.0 or later, which tells of transactions (KIP-664)? */
export function tellsOfTransactions({ versions }: Broker): boolean {
  return (
    versions?.[DESCRIBE_PRODUCERS.key] !== undefined && versions[DESCRIBE_TRANSACTIONS.key] !== undefined
  );
}

/**
 * Transactions without a marker, of any producer, in these partitions.
 *
 * @param onDenied - this client may not see who writes a partition (READ of its topic): it is left out.
 */
export async function openTransactions(
  cluster: Cluster,
  places: readonly TopicPartition[],
  onDenied: (place: TopicPartition) => void = () => {},
): Promise<readonly OpenTransaction[]> {
  // Each costs the leader a look at two numbers; who writes there is asked for only where they differ.
  const [stable, ends] = await Promise.all([
    listOffsets(cluster, places, "stable"),
    listOffsets(cluster, places, "end"),
  ]);
  const held = places.filter(
    ({ topic, partition }) => (stable.get(topic, partition) ?? 0) < (ends.get(topic, partition) ?? 0),
  );
  if (held.length === 0) return [];
  const answers = await Promise.all(
    [...(await byLeader(cluster, held))].map(async ([leader, topics]) => {
      const broker = await cluster.findBroker({ nodeId: leader });
      return (await ask(broker, describeProducersRequest(topics))).partitions;
    }),
  );
  return answers.flat().flatMap(({ topic, partition, errorCode, producers }) => {
    if (errorCode === TOPIC_AUTHORIZATION_FAILED) {
      onDenied({ topic, partition });
      return [];
    }
    failOn(errorCode);
    return producers.flatMap(({ producerId, producerEpoch, coordinatorEpoch, transactionStart }) =>
      transactionStart < 0
        ? []
        : [{ topic, partition, producerId, producerEpoch, coordinatorEpoch, offset: transactionStart }],
    );
  });
}

/** undefined: its coordinator has never heard of it. */
export async function describeTransaction(
  cluster: Cluster,
  transactionalId: string,
): Promise<Coordinated | undefined> {
  const coordinatorType = COORDINATES.transactions;
  const coordinator = await cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType });
  const { transactions } = await ask(coordinator, describeTransactionsRequest([transactionalId]));
  const description = transactions[0];
  if (!description || description.errorCode === TRANSACTIONAL_ID_NOT_FOUND) return undefined;
  failOn(description.errorCode);
  return description;
}

/** Of the owner of this producer id; undefined: no coordinator knows it. */
export async function transactionOf(cluster: Cluster, producerId: number): Promise<Coordinated | undefined> {
  for (const nodeId of cluster.getNodeIds()) {
    const { errorCode, transactions } = await ask(
      await cluster.findBroker({ nodeId }),
      listTransactionsRequest([producerId]),
    );
    failOn(errorCode);
    const owner = transactions[0];
    if (owner) return describeTransaction(cluster, owner.transactionalId);
  }
  return undefined;
}

/** As `kafka-transactions.sh abort` does: the partition's leader is given the marker that no coordinator will send. */
export async function writeMarker(
  cluster: Cluster,
  open: OpenTransaction,
  outcome: TransactionOutcome,
): Promise<void> {
  const [leader = -1] = (await byLeader(cluster, [open])).keys();
  // A producer's first transaction has had no coordinator yet, as the partition sees it.
  const coordinatorEpoch = Math.max(0, open.coordinatorEpoch);
  const marker = writeMarkerRequest({ ...open, coordinatorEpoch, commit: outcome === "commit" });
  failOn((await ask(await cluster.findBroker({ nodeId: leader }), marker)).errorCode);
}
