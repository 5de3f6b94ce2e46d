import type { Kafka, OutRecord, Written } from "../../infra/runtime/kafka/ports.ts";
import { type MemoryKafka, memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { CodedError } from "../../schemas/errors.ts";

/** How Kafka answers: acknowledges, waits until it is told otherwise, or cannot be reached. */
export type Mood = "acknowledges" | "hangs" | "away";

/** In-memory Kafka whose producer fails to order. What it wrote is in `memory`. */
export class ScriptedKafka {
  readonly memory: MemoryKafka = memoryKafka(() => Date.now());
  readonly kafka: Kafka;
  #mood: Mood = "acknowledges";
  #held: (() => void)[] = [];
  #refused = 0;

  constructor() {
    const send = (records: readonly OutRecord[]): Promise<readonly Written[]> => {
      if (this.#mood === "acknowledges") return Promise.resolve(this.memory.append(records));
      if (this.#mood === "away") {
        this.#refused++;
        return Promise.reject(unavailable());
      }
      return new Promise((resolve, reject) => {
        this.#held.push(() => {
          if (this.#mood === "away") reject(unavailable());
          else resolve(this.memory.append(records));
        });
      });
    };
    this.kafka = {
      ...this.memory,
      producer: async () => ({ waiting: 0, send, close: async () => {} }),
    };
  }

  /** Requests that hang now. */
  get held(): number {
    return this.#held.length;
  }

  /** Requests that found it away, so far. */
  get refused(): number {
    return this.#refused;
  }

  /** From now on; what hangs is settled accordingly. */
  become(mood: Mood): void {
    this.#mood = mood;
    if (mood === "hangs") return;
    for (const settle of this.#held.splice(0)) settle();
  }
}

function unavailable(): CodedError {
  return new CodedError("KAFKA_UNAVAILABLE", { message: "away, as told", retryable: true });
}
