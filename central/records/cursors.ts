import type { InRecord, LogReader, Looked } from "../../infra/runtime/kafka/ports.ts";
import { CodedError } from "../../schemas/errors.ts";

/** Where reading begins in a partition. */
export interface Start {
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
}

/** A record that was made comes to its partition within this: commits take a while, and clocks differ. */
const LATE_MS = 10_000;
/** After so many records others have a turn of the event loop. */
const TURN = 500;

/** One partition: where to read on, and what a look brought and nobody took yet. */
interface Place {
  readonly topic: string;
  readonly partition: number;
  next: number;
  brought: Iterator<InRecord> | undefined;
  /** The next record: it is not older than the moment that was asked for last. */
  held: InRecord | undefined;
  /** Nothing older than this can still come, epoch ms: the partition ended here when it was looked at last. */
  over: number;
  /** Looks that brought nothing, though there should be more. */
  stuck: number;
}

/** For so long, and so often, a record behind an open transaction, or of a partition without a leader, is waited for. */
const WAIT_MS = 200;
const MAX_STUCK = 50;

/**
 * Reads partitions forward by the time of their records, moment after moment. What a look brings beyond the moment waits
 * here, undecoded, for the next one: at most one answer of Kafka.
 */
export class Cursors {
  readonly #reader: Pick<LogReader, "look">;
  readonly #places: readonly Place[];
  readonly #now: () => number;

  /**
   * @param now - wall clock, epoch ms: what a partition did not have yet at its end is not older than that. Left out: its end
   * is looked at for each moment.
   */
  constructor(
    reader: Pick<LogReader, "look">,
    starts: readonly Start[],
    now: () => number = () => Number.NEGATIVE_INFINITY,
  ) {
    this.#reader = reader;
    this.#now = now;
    this.#places = starts.map(({ topic, partition, from }) => ({
      ...{ topic, partition, next: from, brought: undefined, held: undefined, stuck: 0 },
      over: Number.NEGATIVE_INFINITY,
    }));
  }

  /**
   * Take the records before this moment, epoch ms: in order per partition, up to the first that is not older, or to the
   * end that the partition has now.
   *
   * @param signal - aborted: it ends after the look that is under way.
   * @throws {CodedError} KAFKA_UNAVAILABLE, KAFKA_UNREADABLE, or what `take` throws
   */
  async before(
    moment: number,
    take: (record: InRecord) => void | Promise<void>,
    signal?: AbortSignal,
  ): Promise<void> {
    let taken = 0;
    // Records that wait decoded already take no turn of their own: what else the process does gets one now and then.
    const paced = (record: InRecord): void | Promise<void> => {
      const done = take(record);
      return ++taken % TURN === 0 ? Promise.resolve(done).then(turn) : done;
    };
    for (let open = this.#places; open.length > 0 && !signal?.aborted; ) {
      const hungry: Place[] = [];
      for (const place of open) if (!(await drained(place, moment, paced))) hungry.push(place);
      if (hungry.length === 0) return;
      const isStuck = hungry.some(({ stuck }) => stuck > 0);
      const at = hungry.map(({ topic, partition, next }) => ({ topic, partition, from: next }));
      const over = this.#now() - LATE_MS;
      const looked = await this.#reader.look(at, isStuck ? WAIT_MS : 0);
      open = hungry.filter((place) => feed(place, looked, over));
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** @returns is the moment reached? */
async function drained(
  place: Place,
  moment: number,
  take: (record: InRecord) => void | Promise<void>,
): Promise<boolean> {
  for (;;) {
    if (!place.held) {
      const brought = place.brought?.next();
      if (!brought || brought.done) break;
      place.held = brought.value;
    }
    if (place.held.timestamp >= moment) return true;
    const taken = take(place.held);
    place.held = undefined;
    // Most records are only counted: a turn of the event loop's queue for each would be felt.
    if (taken) await taken;
  }
  place.brought = undefined;
  return moment <= place.over;
}

/** @returns is there more? */
function feed(place: Place, looked: readonly Looked[], over: number): boolean {
  const found = looked.find((one) => one.topic === place.topic && one.partition === place.partition);
  const { next, end, records, unreadable } = found ?? { next: place.next, end: Infinity, ...NOTHING };
  const [bad] = unreadable;
  if (bad) throw unreadableError(place, bad);
  const moved = next > place.next;
  place.stuck = moved ? 0 : place.stuck + 1;
  place.next = Math.max(place.next, next);
  if (records.length > 0) {
    place.brought = records[Symbol.iterator]();
    return true;
  }
  if (place.next >= end) {
    place.over = over;
    return false;
  }
  if (place.stuck > MAX_STUCK) throw stuckError(place);
  return true;
}

const NOTHING = { records: [], unreadable: [] } as const;

function stuckError({ topic, partition, next }: Place): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", {
    message: `${topic}-${partition} cannot be read on from ${next}: its leader does not answer, or a transaction is open there`,
    retryable: true,
    context: { topic, partition, offset: next },
  });
}

function unreadableError(
  { topic, partition }: Place,
  { from, to, reason }: Looked["unreadable"][number],
): CodedError {
  return new CodedError("KAFKA_UNREADABLE", {
    message: `records ${from} to ${to} of ${topic}-${partition} cannot be read: ${reason}`,
    retryable: false,
    context: { topic, partition, from, to },
  });
}
