import Fetch, {
  type FetchedMessage,
  type FetchedPartition,
  type FetchReply,
} from "kafkajs/src/protocol/requests/fetch/index.js";

/** A control record's key: version, then type. */
const ABORT = 0;
const TYPE_AT = 2;

/**
 * kafkajs 2.2.4 leaves aborted records out by a walk that expects the broker's list of aborted transactions in the order
 * of their beginnings, and takes one of them a record. Brokers list them in the order of their ends, so of two
 * producers whose transactions lie in one another it shows aborted records. It also takes any record whose key is four
 * zeros for the end of one. Here they are found as Java's consumer does, by producer.
 *
 * What is aborted is passed on as a control record, which kafkajs counts and does not show: dropped, a fetch of such
 * records alone would look empty and be made again for ever.
 */
export function patchAbortedRecords(): void {
  const original = Fetch.protocol;
  Fetch.protocol = ({ version }) => {
    const protocol = original({ version });
    return (given) => {
      const exchange = protocol(given);
      const { response } = exchange;
      return {
        ...exchange,
        response: { ...response, parse: async (reply) => withoutAborted(await response.parse(reply)) },
      };
    };
  };
}

function withoutAborted(reply: FetchReply): FetchReply {
  for (const { partitions } of reply.responses) for (const partition of partitions) markAborted(partition);
  return reply;
}

/** Exported for its test. */
export function markAborted(partition: FetchedPartition): void {
  const { abortedTransactions, messages } = partition;
  if (!abortedTransactions || abortedTransactions.length === 0) return;
  partition.abortedTransactions = [];
  const coming = abortedTransactions
    .map(({ producerId, firstOffset }) => ({ producerId, from: Number(firstOffset) }))
    .sort((x, y) => x.from - y.from);
  const aborting = new Set<string>();
  let next = 0;
  for (const message of messages) {
    const offset = Number(message.offset);
    for (; next < coming.length && (coming[next]?.from ?? 0) <= offset; next++) {
      aborting.add(coming[next]?.producerId ?? "");
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (isAbortMarker(message)) aborting.delete(producerId);
    } else if (inTransaction && aborting.has(producerId)) message.isControlRecord = true;
  }
}

function isAbortMarker({ key }: FetchedMessage): boolean {
  return key !== null && key.length >= TYPE_AT + 2 && key.readInt16BE(TYPE_AT) === ABORT;
}
