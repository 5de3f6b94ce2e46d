import { parsePosition } from "../../../infra/runtime/kafka/loop/offsets.ts";
import type { Committed } from "../../../infra/runtime/kafka/loop/ports.ts";
import type { OutRecord } from "../../../infra/runtime/kafka/ports.ts";
import { type MemoryKafka, memoryKafka } from "../../../infra/runtime/kafka/testing/memory.ts";
import type { Lies } from "../../../infra/runtime/kafka/testing/memory-log.ts";
import type { Random } from "../../../infra/runtime/random.ts";
import { CodedError } from "../../../schemas/errors.ts";
import type { Life } from "../time/life.ts";
import type { World } from "../world.ts";
import { Groups } from "./groups.ts";

/** A client gives up on a request after so long, ms. */
const GIVE_UP_MS = 4_000;
/** The broker aborts a transaction that its producer has left open for so long, ms (delivery rule 5h). */
const TRANSACTION_MS = 10_000;

/** How the way between a process and Kafka is. */
export interface Path {
  /** Requests do not arrive. */
  cut: boolean;
  /** Answers do not arrive: what was asked for is done. */
  mute: boolean;
  /** Shares of single requests and answers that are lost, 0 to 1. */
  losesRequests: number;
  losesReplies: number;
  /** Added to each way, ms. */
  delayMs: number;
}

export const CLEAR_PATH: Path = { cut: false, mute: false, losesRequests: 0, losesReplies: 0, delayMs: 0 };

/** What the broker does wrong now. */
export interface BrokerFaults {
  /** Nothing is answered; what is asked waits. */
  down: boolean;
  /** Every request takes so much longer, ms. */
  slowMs: number;
  /** A coordinator forgets partitions of transactions that end (KAFKA-20734). */
  forgetsMarkers: boolean;
  /** Ends of transactions are lost: on their way there, or on the way back. */
  losesEnd: boolean;
  losesReply: boolean;
  /** Producers give up at once: what they sent may be written or not. */
  failsProduce: boolean;
  /** Whole requests of records are refused for their size, as with a lowered setting, above so many bytes. */
  refusesAbove: number;
}

/** One Kafka, over the log in memory, with every freedom that a real one has. */
export class Broker {
  readonly world: World;
  readonly memory: MemoryKafka;
  readonly groups: Groups;
  readonly offsets = new Map<string, Committed>();
  readonly faults: BrokerFaults = {
    down: false,
    slowMs: 0,
    forgetsMarkers: false,
    losesEnd: false,
    losesReply: false,
    failsProduce: false,
    refusesAbove: Number.POSITIVE_INFINITY,
  };
  /** By process. */
  readonly #paths = new Map<string, Path>();
  readonly #random: Random;
  #waiting: (() => void)[] = [];

  constructor(world: World) {
    this.world = world;
    this.#random = world.random("kafka");
    this.memory = memoryKafka(() => world.wall("kafka").now(), this.#lies());
    this.groups = new Groups(world);
    this.memory.log.onAppend(() => {
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }

  path(process: string): Path {
    const path = this.#paths.get(process) ?? { ...CLEAR_PATH };
    this.#paths.set(process, path);
    return path;
  }

  /** Has this group committed all of a topic? */
  isRead(topic: string, group: string): boolean {
    const { log } = this.memory;
    return Array.from({ length: log.partitionCount(topic) }, (_, partition) => {
      const committed = parsePosition(this.offsets.get(`${group} ${topic}-${partition}`)?.metadata ?? "");
      const next = committed?.topicId === log.topicId(topic) ? committed?.next : 0;
      return (next ?? 0) >= log.end({ topic, partition });
    }).every(Boolean);
  }

  /** Called once, when something was appended. */
  onNext(wake: () => void): void {
    this.#waiting.push(wake);
  }

  /**
   * A process asks. The request may be lost, the answer too; what the broker has begun it does, also when nobody waits.
   *
   * @param act - what the broker does, in one moment.
   */
  ask<T>(life: Life, what: string, act: () => T | Promise<T>, giveUpMs: number = GIVE_UP_MS): Promise<T> {
    const { scheduler, trace } = this.world;
    const path = this.path(life.name);
    return life.asks<T>((answer, fail) => {
      let over = false;
      const once = (settle: () => void): void => {
        if (over) return;
        over = true;
        cancel();
        settle();
      };
      const cancel = scheduler.after(giveUpMs, () => once(() => fail(unavailable(what))));
      if (path.cut || this.#random() < path.losesRequests) return;
      const arrive = (): void => {
        if (this.faults.down) {
          // It is in the broker's queue, also when its client has given up.
          scheduler.after(50, arrive);
          return;
        }
        let reply: () => void;
        try {
          const value = act();
          reply = () => answer(value);
        } catch (error) {
          reply = () => fail(error);
        }
        trace.add(`kafka ${life.name} ${what}`);
        if (path.mute || this.#random() < path.losesReplies) return;
        scheduler.after(this.#ms(path), () => once(reply));
      };
      scheduler.after(this.#ms(path) + this.faults.slowMs, arrive);
    });
  }

  /** Has this send of a producer an outcome that it never learns? Then is it written? */
  doubt(): { readonly written: boolean } | undefined {
    if (!this.faults.failsProduce || this.#random() < 0.5) return undefined;
    return { written: this.#random() < 0.5 };
  }

  /** @throws {CodedError} as a topic whose limit was lowered refuses a request */
  admit(records: readonly OutRecord[]): void {
    const bytes = records.reduce((sum, { key, value }) => sum + (key?.length ?? 0) + (value?.length ?? 0), 0);
    if (bytes <= this.faults.refusesAbove) return;
    throw new CodedError("KAFKA_RECORD_REFUSED", {
      message: `a request of ${bytes} bytes is larger than the broker takes`,
      retryable: false,
      context: { broker: "MESSAGE_TOO_LARGE" },
    });
  }

  /** A transaction that has begun ends some day, whatever becomes of its producer. */
  expires(id: string, epoch: number): void {
    this.world.scheduler.after(TRANSACTION_MS, () => {
      const now = this.memory.coordinator.describe(id);
      if (now?.state === "Ongoing" && now.producerEpoch === epoch) this.memory.coordinator.fence(id);
    });
  }

  #ms(path: Path): number {
    return 0.2 + this.#random() * 1.5 + path.delayMs;
  }

  #lies(): Lies {
    const often = (share: number): boolean => this.#random() < share;
    return {
      writesMarker: (place) => !this.faults.forgetsMarkers || place.topic.startsWith("_") || !often(0.5),
      refuses: () => undefined,
      losesEnd: () => this.faults.losesEnd && often(0.5),
      losesReply: () => this.faults.losesReply && often(0.5),
      refusesMarkers: () => false,
    };
  }
}

export function unavailable(what: string): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", { message: `${what}: no answer`, retryable: true });
}
