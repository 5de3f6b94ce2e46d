import type { Clock } from "../../../runtime/clock.ts";
import type { InRecord, PartitionTask } from "../../../runtime/kafka/ports.ts";
import type { QueryPosition } from "../isolation/deaths.ts";
import { NO_MARK, type WorkMark } from "../isolation/mark-file.ts";

/** So long a query may keep the process to itself, ms: other queries, requests and heartbeats wait that long. */
const SLICE_MS = 50;

/** Work that takes turns with that of others. */
export type Turns = Pick<Work, "begin" | "turn">;

/** For answers to one client: nothing is remembered of what they were at. */
export function turnsOf(clock: Clock): Turns {
  return new Work("", NO_MARK, clock);
}

/** The work of one query on one partition: it gives way to others, and says what it is at. */
export class Work {
  readonly #query: string;
  readonly #mark: WorkMark;
  readonly #clock: Clock;
  #at: QueryPosition | null = null;
  #since = 0;

  constructor(query: string, mark: WorkMark, clock: Clock) {
    this.#query = query;
    this.#mark = mark;
    this.#clock = clock;
  }

  /** From here to the next `await` nothing else runs. */
  begin([first]: readonly InRecord[]): void {
    if (!first) return;
    const { topic, partition, offset } = first;
    this.#at = { query: this.#query, topic, partition, offset };
    this.resume();
  }

  /** The same work goes on after an `await`, in which others may have worked. */
  resume(): void {
    this.#since = this.#clock.monotonic();
    this.#mark.set(this.#at);
  }

  /** To be awaited before the next record, where there is something to await: others have their turn. */
  turn(): Promise<void> | undefined {
    if (this.#clock.monotonic() - this.#since < SLICE_MS) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.resume();
        resolve();
      });
    });
  }

  end(): void {
    this.#at = null;
    this.#mark.set(null);
  }
}

/** A task whose work ends with each batch. */
export function watched(task: PartitionTask, work: Work): PartitionTask {
  return {
    ...task,
    async process(records) {
      try {
        return await task.process(records);
      } finally {
        work.end();
      }
    },
  };
}
