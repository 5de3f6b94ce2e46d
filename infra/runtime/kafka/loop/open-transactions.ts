import { CodedError } from "../../../../schemas/errors.ts";
import type { Coordinated, LoopKafka, OpenTransaction, TopicPartition } from "./ports.ts";
import { nameOf } from "./topic-partitions.ts";

function isSame(a: OpenTransaction, b: OpenTransaction): boolean {
  return nameOf(a) === nameOf(b) && a.producerId === b.producerId && a.offset === b.offset;
}

/** Kafka's own topics, where the offsets of others' groups lie too. */
function isInternal({ topic }: TopicPartition): boolean {
  return topic.startsWith("__");
}

/** This producer id's own in these partitions. */
export async function ownIn(
  kafka: LoopKafka,
  producerId: number,
  places: readonly TopicPartition[],
): Promise<readonly OpenTransaction[]> {
  if (places.length === 0) return [];
  return (await kafka.open(places)).filter((open) => open.producerId === producerId);
}

/** Another's that is not this one's to judge: it is under way, or was committed, and its producer sees to its markers. */
const OTHERS_OWN = new Set(["Ongoing", "PrepareCommit", "CompleteCommit"]);

/**
 * This producer id's own, which its fence must have ended, and those of others that will not be ended: their coordinator
 * has aborted them, or has forgotten their producer.
 */
export async function suspectsIn(
  kafka: LoopKafka,
  producerId: number,
  places: readonly TopicPartition[],
): Promise<readonly OpenTransaction[]> {
  const open = await kafka.open(places);
  const suspects = await Promise.all(
    open.map(async (transaction) => {
      if (transaction.producerId === producerId) return [transaction];
      if (isInternal(transaction)) return [];
      const owner = await kafka.coordinated(transaction.producerId);
      if (isUnderWay(owner, transaction)) return [];
      return owner && OTHERS_OWN.has(owner.state) ? [] : [transaction];
    }),
  );
  return suspects.flat();
}

/** Does its coordinator know that this partition is part of its transaction? Then it will write the marker. */
function isUnderWay(owner: Coordinated | undefined, open: OpenTransaction): boolean {
  return owner?.places.some((place) => nameOf(place) === nameOf(open)) ?? false;
}

/**
 * Those of any producer that no coordinator has under way. One that ends just now may be among them: what is there in
 * two looks a while apart hangs.
 */
export async function forgottenIn(
  kafka: Pick<LoopKafka, "open" | "coordinated">,
  places: readonly TopicPartition[],
): Promise<readonly OpenTransaction[]> {
  const open = await kafka.open(places);
  const owners = await Promise.all(open.map(({ producerId }) => kafka.coordinated(producerId)));
  return open.filter((transaction, n) => !isUnderWay(owners[n], transaction));
}

/** Those that are there in every look: one that is not will be, or was, ended by its own producer. */
export async function lasting(
  look: () => Promise<readonly OpenTransaction[]>,
  waitsMs: readonly number[],
  sleep: (ms: number) => Promise<void>,
): Promise<readonly OpenTransaction[]> {
  let left = await look();
  for (const waitMs of waitsMs) {
    if (left.length === 0) return [];
    await sleep(waitMs);
    const now = await look();
    left = left.filter((open) => now.some((other) => isSame(open, other)));
  }
  return left;
}

export function hangingError(open: OpenTransaction, reason: string): CodedError {
  const { topic, partition, offset, producerId, producerEpoch } = open;
  return new CodedError("KAFKA_HANGING_TRANSACTION", {
    message:
      `a transaction of producer ${producerId} hangs in ${nameOf(open)} from offset ${offset} on, and nothing is ` +
      `written over it: ${reason}. End it: ${abortCommand(open)}`,
    retryable: true,
    context: { topic, partition, offset, producerId, producerEpoch },
  });
}

function abortCommand({ topic, partition, offset }: TopicPartition & { readonly offset: number }): string {
  return `kafka-transactions.sh abort --topic ${topic} --partition ${partition} --start-offset ${offset}`;
}
