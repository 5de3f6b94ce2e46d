import { isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import { hangingError, lasting, ownIn, suspectsIn } from "./open-transactions.ts";
import type {
  Coordinated,
  LoopKafka,
  OpenTransaction,
  TopicPartition,
  TransactionalProducer,
  TransactionOutcome,
  WrittenPartition,
} from "./ports.ts";
import { nameOf } from "./topic-partitions.ts";
import { outcomeOf } from "./verdict.ts";

/** A marker that was sent is in the log within milliseconds; a broker whose processor is short may take this long. */
const ADMIT_WAITS_MS = [10, 20, 40, 80, 160, 320, 640];
const SETTLE_WAITS_MS = [4, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];
/** From this look on it is asked whose transactions are open: a request more each time. */
const OTHERS_AFTER = 2;
/** Longer than a predecessor that lives takes to settle its last commit. */
const PREDECESSOR_WAITS_MS = [...SETTLE_WAITS_MS, 2048];

interface GuardOptions {
  readonly kafka: LoopKafka;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Believe the log, not the coordinator: that a transaction has ended is true once its partitions say so.
 *
 * A coordinator that answers "fenced" or "committed" may have dropped a partition from the transaction (KAFKA-20734).
 * What is open there would be ended by the marker of the next transaction, whatever that one is: aborted records
 * counted, or committed ones lost.
 */
export class PartitionGuard {
  readonly #options: GuardOptions;
  readonly #producer: TransactionalProducer;
  readonly #before: Coordinated | undefined;
  readonly #admitted = new Set<string>();

  private constructor(
    options: GuardOptions,
    producer: TransactionalProducer,
    before: Coordinated | undefined,
  ) {
    this.#options = options;
    this.#producer = producer;
    this.#before = before;
  }

  get producer(): TransactionalProducer {
    return this.#producer;
  }

  /**
   * Take a transactional id over, and end what its last producer has left open in these partitions.
   *
   * What that one has committed is finished before it is fenced: with the fence the coordinator forgets how its last
   * transaction ended.
   *
   * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_FENCED; KAFKA_HANGING_TRANSACTION when something stays open
   */
  static async takeOver(
    options: GuardOptions,
    transactionalId: string,
    group: string,
    places: readonly TopicPartition[],
  ): Promise<PartitionGuard> {
    const { kafka, clock } = options;
    let before = await kafka.describe(transactionalId);
    if (before?.state === "PrepareCommit" || before?.state === "CompleteCommit") {
      const { producerId } = before;
      const unfinished = await lasting(
        () => ownIn(kafka, producerId, places),
        PREDECESSOR_WAITS_MS,
        (ms) => clock.sleep(ms),
      );
      const now = await kafka.describe(transactionalId);
      // Unless it lives and went on: then the last word is that of the fence.
      if (now?.state === "CompleteCommit" && now.producerEpoch === before.producerEpoch) {
        for (const open of unfinished) await markCommitted(options, open);
      }
      before = now;
    }
    const producer = await kafka.fence(transactionalId, group);
    const guard = new PartitionGuard(options, producer, before);
    try {
      await guard.admit(places);
      return guard;
    } catch (error) {
      producer.destroy();
      throw error;
    }
  }

  /**
   * Before the first record of this producer in these partitions: end what its predecessor has left open there, and
   * what will not be ended of others.
   *
   * @throws {CodedError} KAFKA_HANGING_TRANSACTION when something stays open
   */
  async admit(places: readonly TopicPartition[]): Promise<void> {
    const { kafka, clock } = this.#options;
    const fresh = places.filter((place) => !this.#admitted.has(nameOf(place)));
    if (fresh.length === 0) return;
    const look = () => suspectsIn(kafka, this.#producer.producerId, fresh);
    const hanging = await lasting(look, ADMIT_WAITS_MS, (ms) => clock.sleep(ms));
    if (hanging.length > 0) {
      await this.#end(hanging, outcomeOf(this.#before, this.#producer.producerEpoch));
      const [left] = await lasting(look, ADMIT_WAITS_MS, (ms) => clock.sleep(ms));
      if (left) throw hangingError(left, "it stays open");
    }
    for (const place of fresh) this.#admitted.add(nameOf(place));
  }

  /**
   * After a commit: wait until no partition has it open any more, and write the marker where the coordinator forgot to.
   *
   * @throws {CodedError} KAFKA_HANGING_TRANSACTION
   */
  async settle(written: readonly WrittenPartition[]): Promise<void> {
    const { kafka, clock } = this.#options;
    const { producerId } = this.#producer;
    let left = written;
    for (const [n, waitMs] of SETTLE_WAITS_MS.entries()) {
      if (left.length === 0) return;
      await clock.sleep(waitMs);
      const stable = await kafka.stable(left);
      left = left.filter(({ topic, partition, last }) => (stable.get(topic, partition) ?? 0) <= last);
      // Others may write there too, and hold back what is stable.
      if (n >= OTHERS_AFTER && (await ownIn(kafka, producerId, left)).length === 0) return;
    }
    await this.#commit(await ownIn(kafka, producerId, left));
    const [open] = await ownIn(kafka, producerId, left);
    if (open) throw hangingError(open, "it stays open though it was committed");
  }

  async #end(hanging: readonly OpenTransaction[], outcome: TransactionOutcome): Promise<void> {
    const { kafka, logger } = this.#options;
    const own = hanging.filter(({ producerId }) => producerId === this.#producer.producerId);
    for (const other of hanging.filter((open) => !own.includes(open))) {
      say(logger, other, "abort");
      await kafka.mark(other, "abort").catch((error: unknown) => {
        throw hangingError(other, messageOf(error));
      });
    }
    if (own.length === 0) return;
    if (outcome === "commit") return this.#commit(own);
    for (const open of own) say(logger, open, "abort");
    // Cut off half-way it aborts all the same, so it needs no marker written by hand.
    await this.#producer.end(own, "abort");
  }

  async #commit(own: readonly OpenTransaction[]): Promise<void> {
    for (const open of own) {
      // A transaction of one's own, cut off half-way, would abort what was committed: only where the other may not be.
      if (!(await markCommitted(this.#options, open))) await this.#producer.end([open], "commit");
    }
  }
}

/** Write the marker of a commit that its coordinator has answered for. @returns false: this client may not. */
async function markCommitted({ kafka, logger }: GuardOptions, open: OpenTransaction): Promise<boolean> {
  say(logger, open, "commit");
  try {
    await kafka.mark(open, "commit");
    return true;
  } catch (error) {
    if (isCoded(error) && !error.retryable) return false;
    throw error;
  }
}

function say(logger: Logger, open: OpenTransaction, outcome: TransactionOutcome): void {
  const { topic, partition, offset, producerId, producerEpoch } = open;
  logger.error(
    { topic, partition, offset, producerId, producerEpoch, outcome },
    `a transaction hangs in ${nameOf(open)} from offset ${offset} on: its coordinator has forgotten it; ` +
      `writing its ${outcome}`,
  );
}
