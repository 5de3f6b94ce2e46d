import kafkajs, { type Admin, type Consumer } from "kafkajs";
import { type CodedError, isCoded, messageOf } from "../../../../schemas/errors.ts";
import type { ProcessorOptions } from "../ports.ts";
import type { ClusterOptions } from "./client.ts";
import { isFenced } from "./errors.ts";
import { disconnected, pauseBefore, report } from "./supervision.ts";
import { openWorker, type Worker } from "./worker.ts";

/**
 * A fenced worker's partition may be another instance's by now: long enough for the group to say so, or this instance
 * would fence the rightful owner in turn.
 */
const FENCED_PAUSE_MS = 1_000;
/** A worker that lasted this long was a good one: its successor starts at once. */
const GOOD_LIFE_MS = 5_000;

interface Assignment {
  /** undefined while its state is being restored. */
  worker: Worker | undefined;
  /** Aborts when the partition is taken away. */
  readonly lost: AbortController;
  /** Settles when no work on it is under way. */
  opening: Promise<void>;
  /** In a row: counts the workers of this partition that failed soon. */
  failures: number;
  /** Monotonic ms at which the worker was ready. */
  readyAt: number;
}

/** The partitions of this instance, each with the worker that has its state; paused in the consumer until it has. */
export class Assignments {
  readonly #cluster: ClusterOptions;
  readonly #options: ProcessorOptions;
  readonly #admin: Admin;
  readonly #onError: (error: CodedError) => void;
  readonly #current = new Map<number, Assignment>();
  #memberId = "";

  constructor(
    cluster: ClusterOptions,
    options: ProcessorOptions,
    admin: Admin,
    onError: (error: CodedError) => void,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#admin = admin;
    this.#onError = onError;
  }

  ready(): readonly number[] {
    return [...this.#current]
      .flatMap(([partition, { worker }]) => (worker ? [partition] : []))
      .sort((x, y) => x - y);
  }

  worker(partition: number): Worker | undefined {
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
        if (!kept) this.#open(consumer, partition, 0);
      }
    }
    this.#cluster.logger.info(
      { group: this.#options.group, partitions: [...partitions] },
      "partitions assigned",
    );
  }

  /** A worker failed: nothing of it is used again. */
  revive(consumer: Consumer, partition: number, failed: Worker, error: unknown): void {
    const assignment = this.#current.get(partition);
    failed.destroy();
    if (assignment?.worker !== failed) return;
    this.#pause(consumer, partition);
    assignment.lost.abort();
    const good = this.#cluster.clock.monotonic() - assignment.readyAt > GOOD_LIFE_MS;
    const failures = good ? 1 : assignment.failures + 1;
    this.#report(partition, error, failures - 1);
    this.#open(consumer, partition, failures, isFenced(error) ? FENCED_PAUSE_MS : undefined);
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
    if (mine.failures > 0) await clock.sleep(pauseMs ?? pauseBefore(mine.failures - 1), signal);
    while (!signal.aborted) {
      try {
        const worker = await openWorker(this.#cluster, this.#options, this.#admin, partition, signal);
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
        this.#report(partition, error, mine.failures);
        await clock.sleep(pauseBefore(mine.failures++), signal);
      }
    }
  }

  #drop(partition: number, { lost, worker }: Assignment): void {
    lost.abort();
    worker?.destroy();
    this.#current.delete(partition);
  }

  /** Read every input on from where the worker is. */
  #place(consumer: Consumer, partition: number, worker: Worker): void {
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

  #report(partition: number, error: unknown, failures: number): void {
    const { logger } = this.#cluster;
    const detail = { group: this.#options.group, partition };
    if (isCoded(error)) {
      report(logger, error, detail, failures);
      this.#onError(error);
    } else logger.error({ ...detail, err: error }, `${messageOf(error)}; restoring`);
  }
}

/** A consumer that has crashed refuses to be steered; its successor is assigned anew, so nothing is lost by it. */
function whileRunning(steer: () => void): void {
  try {
    steer();
  } catch (error) {
    if (!(error instanceof kafkajs.KafkaJSError)) throw error;
  }
}
