import { CodedError, messageOf } from "../../../../schemas/errors.ts";
import type { Clock } from "../../clock.ts";
import type { Logger } from "../../logger.ts";
import type { InRecord, OutRecord, PartitionTask, ProcessorOptions } from "../ports.ts";
import { PartitionGuard } from "./guard.ts";
import { InputOffsets, parsePosition } from "./offsets.ts";
import type { Bounds, LoopKafka, TopicPartition, TransactionalProducer } from "./ports.ts";
import { type Position, startOf } from "./start.ts";
import { distinct, isIn, partitionsIn } from "./topic-partitions.ts";

/** One life of one input partition: a task, the producer that covers its state, and where to read on. */
export interface PartitionWorker {
  /** The next offset of an input. */
  next(input: string): number;
  /**
   * Process and commit. Records that were committed before are left out.
   *
   * @param next - the offset after these records.
   * @param fetched - what they came with.
   * @throws anything: this worker is over; `destroy` it and open another.
   */
  process(input: string, records: readonly InRecord[], next: number, fetched: Fetched): Promise<void>;
  close(): Promise<void>;
  destroy(): void;
}

/** What one fetch brought of a partition, control records and aborted ones included. */
export interface Fetched {
  /** The offset of its first record. */
  readonly first: number;
  /** The offset of its last record. */
  readonly last: number;
  /** The high-water mark that came with it. */
  readonly end: number;
}

interface WorkerOptions {
  readonly kafka: LoopKafka;
  readonly options: ProcessorOptions;
  readonly partition: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Aborts when the partition is taken away. */
  readonly signal: AbortSignal;
  /** The task before this one failed. */
  readonly revived: boolean;
  /** What the last worker of this partition in this process wrote last: it may have failed before that was settled. */
  readonly recent: Recent;
  /** The last commit is in doubt, though no other has been begun: `process` will say why. */
  readonly onDoubt: (error: unknown) => void;
}

/** Kept from one worker of a partition to the next. */
export interface Recent {
  places: readonly TopicPartition[];
}

/**
 * Fence the partition's previous task, end what it left open in the log, read its committed state back, and find where to
 * go on: in this order, so that after it no other producer can write this partition's state (delivery rules 6 and 13).
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_FENCED, KAFKA_HANGING_TRANSACTION, or what the task's `restore` throws
 */
export async function openWorker(given: WorkerOptions): Promise<PartitionWorker> {
  const { kafka, options, partition, clock, logger, signal } = given;
  const { group, inputs, stateTopic } = options;
  const transactionalId = `${group}-${inputs[0] ?? ""}-${partition}`;
  if (given.revived) await options.repair?.();
  const places = await outputsOf(kafka, options, partition, given.recent);
  const guard = await PartitionGuard.takeOver({ kafka, clock, logger }, transactionalId, group, places);
  const { producer } = guard;
  const task = options.task(partition);
  const end = async (): Promise<void> => {
    try {
      await task.close?.();
    } catch (error) {
      logger.warn({ group, partition, reason: messageOf(error) }, "a task could not give back what it held");
    }
  };
  try {
    const offsets = new InputOffsets(inputs);
    const state = { topic: stateTopic, partition };
    const { first, end: last } = await kafka.bounds(state);
    const take = (record: InRecord): void | Promise<void> =>
      offsets.restore(record) ? undefined : task.restore(record);
    if (first < last) await kafka.read(state, first, last, take, signal);
    const starts = await startsOf(given, offsets);
    await task.ready?.();
    return new TransactionalWorker(given, { task, producer, guard, offsets, starts, end });
  } catch (error) {
    producer.destroy();
    await end();
    throw error;
  }
}

/**
 * Every partition that this worker may write, as far as it is known: a task may name any of an output. What was written
 * recently may have been deleted since.
 */
async function outputsOf(
  kafka: LoopKafka,
  { group, outputs = [], writes, stateTopic }: ProcessorOptions,
  partition: number,
  recent: Recent,
): Promise<readonly TopicPartition[]> {
  const own = writes && [{ topic: stateTopic, partition }, ...writes(partition), ...recent.places];
  const topics = own ?? [...[stateTopic, ...outputs].map((topic) => ({ topic })), ...recent.places];
  const [counts, offsets] = await Promise.all([
    kafka.partitions([...new Set(topics.map(({ topic }) => topic))]),
    kafka.offsetsOf(group),
  ]);
  const places = own ? distinct(own).filter((place) => isIn(place, counts)) : partitionsIn(counts);
  return offsets ? [...places, offsets] : places;
}

async function startsOf(
  { kafka, options, partition, logger }: WorkerOptions,
  offsets: InputOffsets,
): Promise<Map<string, Position>> {
  const starts = new Map<string, Position>();
  for (const topic of options.inputs) {
    const place = { topic, partition };
    const bounds = await kafka.bounds(place);
    const state = offsets.position(topic);
    const committed = state ? undefined : await kafka.committed(options.group, place);
    const group = committed && {
      next: committed.next,
      topicId: parsePosition(committed.metadata)?.topicId,
    };
    const { next, finding } = startOf(bounds, state, group);
    if (finding) {
      logger.error({ ...place, next, was: state ?? group, bounds }, `${topic}-${partition}: ${finding}`);
    }
    starts.set(topic, { next, topicId: bounds.topicId });
  }
  return starts;
}

interface Life {
  readonly task: PartitionTask;
  readonly producer: TransactionalProducer;
  readonly guard: PartitionGuard;
  readonly offsets: InputOffsets;
  readonly starts: Map<string, Position>;
  readonly end: () => Promise<void>;
}

class TransactionalWorker implements PartitionWorker {
  readonly #given: WorkerOptions;
  readonly #life: Life;
  /** By input: the offset after the last fetch. Control records may lie between the position and it. */
  readonly #fetched = new Map<string, number>();
  /** Several inputs share the partition, its task and its one transaction at a time. */
  #last: Promise<void> = Promise.resolve();
  /** The last transaction is in every partition's log. */
  #settled: Promise<void> = Promise.resolve();

  constructor(given: WorkerOptions, life: Life) {
    this.#given = given;
    this.#life = life;
  }

  next(input: string): number {
    return this.#life.starts.get(input)?.next ?? 0;
  }

  process(input: string, records: readonly InRecord[], next: number, fetched: Fetched): Promise<void> {
    const turn = this.#last.then(() => this.#process(input, records, next, fetched));
    this.#last = turn;
    turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#settled.catch(() => {});
    await this.#life.producer.close();
    await this.#life.end();
  }

  destroy(): void {
    this.#life.producer.destroy();
    void this.#life.end();
  }

  async #process(input: string, records: readonly InRecord[], next: number, fetched: Fetched): Promise<void> {
    const { kafka, options, partition } = this.#given;
    const { task, producer, guard, offsets, starts } = this.#life;
    await this.#mustFollow(input, fetched);
    const topicId = starts.get(input)?.topicId;
    // Asked after they were fetched, so the answer is true of them; awaited only before they count.
    const same = kafka.topicId(input).then((id) => mustBe(input, topicId, id));
    same.catch(() => {});
    const fresh = records.filter((record) => record.offset >= this.next(input));
    if (fresh.length === 0) return same;
    const outputs = await task.process(fresh);
    const position = offsets.advance(input, { next, topicId }, options.stateTopic);
    const placed = [...outputs, ...position].map((out) => inPartition(out, partition));
    await this.#settled;
    const places = distinct(placed);
    await guard.admit(places);
    this.#given.recent.places = places;
    const read = { group: options.group, topic: input, partition, next, topicId };
    const written = await producer.commit(placed, read, () => same);
    starts.set(input, { next, topicId });
    this.#settled = guard.settle(written);
    this.#settled.catch((error: unknown) => this.#given.onDoubt(error));
    task.committed?.();
  }

  /**
   * kafkajs goes on at the first record when the log no longer has its position, and tells its caller nothing of it
   * (delivery rule 5e). The next worker finds the same at its start, and says so. Kafka is asked only when a fetch
   * begins behind a gap, or when the log ends before the position: aborted records and markers leave gaps too.
   */
  async #mustFollow(input: string, { first, last, end }: Fetched): Promise<void> {
    const next = this.next(input);
    const reached = Math.max(next, this.#fetched.get(input) ?? 0);
    if (first > reached || end < next) {
      const bounds = await this.#given.kafka.bounds({ topic: input, partition: this.#given.partition });
      if (bounds.first > reached || bounds.end < next) throw outOfRange(input, next, bounds);
    }
    this.#fetched.set(input, last + 1);
  }
}

type PartitionedRecord = OutRecord & TopicPartition;

function inPartition(record: OutRecord, partition: number): PartitionedRecord {
  return record.partition === undefined ? { ...record, partition } : (record as PartitionedRecord);
}

function outOfRange(topic: string, next: number, { first, end }: Bounds): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", {
    message: `${topic} no longer has offset ${next}: it holds ${first} to ${end}`,
    retryable: true,
    context: { topic, next, first, end },
  });
}

function mustBe(topic: string, known: string | undefined, id: string | undefined): void {
  if (known === id) return;
  throw new CodedError("KAFKA_UNAVAILABLE", {
    message: `${topic} was deleted and made again: what was fetched is not what its position is in`,
    retryable: true,
    context: { topic, was: known, is: id },
  });
}
