import kafkajs, { type Consumer } from "kafkajs";
import { type CodedError, isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { LoopKafka } from "../loop/ports.ts";
import { Refusals } from "../loop/refusals.ts";
import { openWorker, type PartitionWorker, type Recent } from "../loop/worker.ts";
import type { ProcessorOptions, Trouble } from "../ports.ts";
import type { ClusterOptions } from "./client.ts";
import { isFenced } from "./errors.ts";
import { disconnected, pauseBefore, report } from "./supervision.ts";

/**
 * A fenced worker's partition may be another instance's by now: long enough for the group to say so, or this instance
 * would fence the rightful owner in turn.
 */
const FENCED_PAUSE_MS = 1_000;
/** A worker that lasted this long was a good one: its successor starts at once. */
const GOOD_LIFE_MS = 5_000;

interface Assignment {
  /** undefined while its state is being restored. */
  worker: PartitionWorker | undefined;
  /** Aborts when the partition is taken away. */
  readonly lost: AbortController;
  /** Settles when no work on it is under way. */
  opening: Promise<void>;
  /** In a row: counts the workers of this partition that failed soon. */
  failures: number;
  /** Monotonic ms at which the worker was ready. */
  readyAt: number;
}

interface AssignmentEvents {
  /** Nothing can go on. */
  readonly onFinal: (error: CodedError) => void;
  /** A partition would better be another instance's: join the group again, and say so. */
  readonly onDecline: () => void;
}

/** The partitions of this instance, each with the worker that has its state; paused in the consumer until it has. */
export class Assignments {
  readonly #cluster: ClusterOptions;
  readonly #options: ProcessorOptions;
  readonly #kafka: LoopKafka;
  readonly #events: AssignmentEvents;
  readonly #refusals = new Refusals();
  readonly #recent = new Map<number, Recent>();
  readonly #current = new Map<number, Assignment>();
  #memberId = "";

  constructor(
    cluster: ClusterOptions,
    options: ProcessorOptions,
    kafka: LoopKafka,
    events: AssignmentEvents,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#kafka = kafka;
    this.#events = events;
  }

  ready(): readonly number[] {
    return [...this.#current]
      .flatMap(([partition, { worker }]) => (worker ? [partition] : []))
      .sort((x, y) => x - y);
  }

  get troubles(): readonly Trouble[] {
    return this.#refusals.troubles;
  }

  /** Partitions that this instance would leave to others. */
  get declined(): readonly number[] {
    return this.#refusals.declined;
  }

  /** A transaction of this partition was committed. */
  worked(partition: number): void {
    this.#refusals.clear(partition);
  }

  worker(partition: number): PartitionWorker | undefined {
    return this.#current.get(partition)?.worker;
  }

  /**
   * The group gave this instance these partitions. A worker is kept only if the membership went on without a break;
   * even then a takeover in between would show, since its producer would be fenced.
   */
  assign(consumer: Consumer, memberId: string, partitions: readonly number[]): void {
    const sameMember = memberId === this.#memberId;
    this.#memberId = memberId;
    for (const [partition, assignment] of this.#current) {
      if (!sameMember || !partitions.includes(partition)) this.#drop(partition, assignment);
    }
    for (const partition of partitions) {
      const kept = this.#current.get(partition);
      if (kept?.worker) this.#place(consumer, partition, kept.worker);
      else {
        this.#pause(consumer, partition);
        if (!kept) this.#open(consumer, partition, 0, this.#refusals.pauseMs(partition));
      }
    }
    this.#cluster.logger.info(
      { group: this.#options.group, partitions: [...partitions] },
      "partitions assigned",
    );
  }

  /** A worker failed: nothing of it is used again. */
  revive(consumer: Consumer, partition: number, failed: PartitionWorker, error: unknown): void {
    const assignment = this.#current.get(partition);
    failed.destroy();
    if (assignment?.worker !== failed) return;
    this.#pause(consumer, partition);
    assignment.lost.abort();
    const good = this.#cluster.clock.monotonic() - assignment.readyAt > GOOD_LIFE_MS;
    const failures = good ? 1 : assignment.failures + 1;
    if (!this.#report(partition, error, failures - 1)) return;
    const pauseMs = isFenced(error) ? FENCED_PAUSE_MS : this.#refusals.pauseMs(partition);
    this.#open(consumer, partition, failures, pauseMs);
  }

  async close(): Promise<void> {
    const all = [...this.#current.values()];
    this.#current.clear();
    for (const { lost } of all) lost.abort();
    const settled = all.map(async ({ worker, opening }) => [await opening, await worker?.close()]);
    await disconnected(
      this.#cluster.clock,
      Promise.all(settled).then(() => {}),
    );
  }

  #open(consumer: Consumer, partition: number, failures: number, pauseMs?: number): void {
    const lost = new AbortController();
    const assignment: Assignment = {
      worker: undefined,
      lost,
      failures,
      opening: Promise.resolve(),
      readyAt: 0,
    };
    this.#current.set(partition, assignment);
    assignment.opening = this.#restore(consumer, partition, assignment, pauseMs);
  }

  /** Try until the worker is there or the partition is lost. */
  async #restore(consumer: Consumer, partition: number, mine: Assignment, pauseMs?: number): Promise<void> {
    const { clock } = this.#cluster;
    const { signal } = mine.lost;
    if (pauseMs !== undefined) await clock.sleep(pauseMs, signal);
    else if (mine.failures > 0) await clock.sleep(pauseBefore(mine.failures - 1), signal);
    const recent = this.#recent.get(partition) ?? { places: [] };
    this.#recent.set(partition, recent);
    while (!signal.aborted) {
      try {
        const worker: PartitionWorker = await openWorker({
          kafka: this.#kafka,
          options: this.#options,
          partition,
          clock,
          logger: this.#cluster.logger,
          signal,
          revived: mine.failures > 0,
          recent,
          onDoubt: (error) => this.revive(consumer, partition, worker, error),
        });
        if (signal.aborted) {
          worker.destroy();
          return;
        }
        mine.worker = worker;
        mine.readyAt = clock.monotonic();
        this.#place(consumer, partition, worker);
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (!this.#report(partition, error, mine.failures)) return;
        await clock.sleep(this.#refusals.pauseMs(partition) ?? pauseBefore(mine.failures++), signal);
      }
    }
  }

  #drop(partition: number, { lost, worker }: Assignment): void {
    lost.abort();
    worker?.destroy();
    this.#current.delete(partition);
  }

  /** Read every input on from where the worker is. */
  #place(consumer: Consumer, partition: number, worker: PartitionWorker): void {
    whileRunning(() => {
      for (const topic of this.#options.inputs) {
        consumer.seek({ topic, partition, offset: String(worker.next(topic)) });
        consumer.resume([{ topic, partitions: [partition] }]);
      }
    });
  }

  #pause(consumer: Consumer, partition: number): void {
    whileRunning(() =>
      consumer.pause(this.#options.inputs.map((topic) => ({ topic, partitions: [partition] }))),
    );
  }

  /** @returns whether to try again. */
  #report(partition: number, error: unknown, failures: number): boolean {
    const { logger } = this.#cluster;
    const detail = { group: this.#options.group, partition };
    if (!isCoded(error)) {
      logger.error({ ...detail, err: error }, `${messageOf(error)}; restoring`);
      return true;
    }
    if (error.code === "KAFKA_TOPIC_MISMATCH" || error.code === "KAFKA_UNREADABLE") {
      logger.error({ ...detail, code: error.code, ...error.context }, error.message);
      this.#events.onFinal(error);
      return false;
    }
    const verdict = this.#refusals.note(partition, error);
    if (verdict === undefined) report(logger, error, detail, failures);
    else logger.error({ ...detail, code: error.code, ...error.context }, verdict);
    if (this.#refusals.declines(partition)) this.#events.onDecline();
    return true;
  }
}

/** A consumer that has crashed refuses to be steered; its successor is assigned again, so nothing is lost by it. */
function whileRunning(steer: () => void): void {
  try {
    steer();
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSError)) throw error;
  }
}
