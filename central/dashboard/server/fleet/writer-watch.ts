import type { Clock } from "../../../../infra/runtime/clock.ts";
import type { Kafka, KafkaAdmin } from "../../../../infra/runtime/kafka/ports.ts";
import type { FleetView } from "../../../../schemas/page/fleet.ts";

export type WriterView = Pick<FleetView, "rate" | "waiting">;

export interface WriterWatchOptions {
  readonly kafka: Kafka;
  readonly group: string;
  readonly topic: string;
  readonly clock: Clock;
}

const PERIOD_MS = 2_000;
/** The rate is that of the last so many looks. */
const LOOKS = 3;
const UNKNOWN: WriterView = { rate: null, waiting: null };

interface Look {
  readonly at: number;
  readonly done: number;
}

/** How far the telemetry writer is, by the offsets that its consumer group leaves in Kafka: its rate and its lag. */
export class WriterWatch {
  readonly #options: WriterWatchOptions;
  readonly #stop: () => void;
  #admin: KafkaAdmin | undefined;
  #looks: Look[] = [];
  #topicId: string | undefined;
  #looking: Promise<void> | undefined;
  view: WriterView = UNKNOWN;

  constructor(options: WriterWatchOptions) {
    this.#options = options;
    this.#stop = options.clock.every(PERIOD_MS, () => {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
    });
  }

  async stop(): Promise<void> {
    this.#stop();
    await this.#looking;
    await this.#admin?.close().catch(() => {});
  }

  async #look(): Promise<void> {
    const { kafka, group, topic, clock } = this.#options;
    try {
      this.#admin ??= await kafka.admin();
      // A topic that was made again under its name begins at 0: no rate leads there from the old one's offsets.
      const topicId = await this.#admin.topicId(topic);
      if (topicId !== this.#topicId) this.#looks = [];
      this.#topicId = topicId;
      const committed = await this.#admin.committedOffsets(group, topic);
      const ends = await this.#admin.endOffsets(topic);
      if (committed === null) {
        this.view = UNKNOWN;
        return;
      }
      const done = sum(committed);
      this.#looks = [...this.#looks.slice(1 - LOOKS), { at: clock.monotonic(), done }];
      this.view = { rate: rateOf(this.#looks), waiting: Math.max(0, sum(ends) - done) };
    } catch {
      // Kafka is away, or the topic is not there yet.
      this.#looks = [];
      this.view = UNKNOWN;
      const admin = this.#admin;
      this.#admin = undefined;
      await admin?.close().catch(() => {});
    }
  }
}

/** Events a second from the first look to the last; null: one look is no rate. */
function rateOf(looks: readonly Look[]): number | null {
  const first = looks[0];
  const last = looks.at(-1);
  if (!first || !last || last.at <= first.at) return null;
  return Math.max(0, Math.round(((last.done - first.done) * 1_000) / (last.at - first.at)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
