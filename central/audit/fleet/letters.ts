import { createHash } from "node:crypto";
import type { LogReader } from "../../../infra/runtime/kafka/ports.ts";
import type { AvroDecoder } from "../../../infra/runtime/registry/ports.ts";
import type { DeadLetter } from "../../../schemas/dead-letter.ts";
import { isCoded } from "../../../schemas/errors.ts";

/** Per partition of the dead-letter topic, where to read on after a restart: letters whose records are not judged come again. */
export type LettersState = readonly number[];

interface Letter {
  /** The record's offset. */
  readonly about: number;
  /** Where the letter is. */
  readonly partition: number;
  readonly offset: number;
}

export interface LettersOptions {
  /** The dead-letter topic. */
  readonly topic: string;
  /** Whose records are named. */
  readonly of: string;
  readonly reader: LogReader;
  readonly avro: AvroDecoder;
}

const MAX_ROUNDS = 100;

/** Which records of the vehicles' topic the writer named in dead letters. */
export class Letters {
  readonly #options: LettersOptions;
  #next: number[];
  /** By partition, then offset and hash of the record that it is about. */
  readonly #named = new Map<number, Map<string, Letter>>();

  constructor(options: LettersOptions, state: LettersState = []) {
    this.#options = options;
    this.#next = [...state];
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** Is there a letter about this record? One about other bytes is of another topic of this name, or forged. */
  has(partition: number, offset: number, value: Buffer | null): boolean {
    const hash = createHash("sha256");
    return this.#named.get(partition)?.has(`${offset} ${hash.update(value ?? "").digest("hex")}`) ?? false;
  }

  /**
   * Read all that is there now: a letter is written before the position that covers its record.
   *
   * @param partitions - of the topic; 0: it is not there yet.
   * @returns whether that was all; otherwise there are very many, and the next call goes on.
   * @throws {CodedError} KAFKA_UNAVAILABLE, REGISTRY_UNAVAILABLE
   */
  async read(partitions: number): Promise<boolean> {
    const { topic, reader } = this.#options;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const at = Array.from({ length: partitions }, (_, partition) => ({
        topic,
        partition,
        from: this.#next[partition] ?? 0,
      }));
      const looked = await reader.look(at);
      for (const { partition, records, next, start } of looked) {
        for (const { offset, value } of records) await this.#take(value, partition, offset);
        this.#next[partition] = Math.max(next, start);
      }
      if (looked.every(({ next, end }) => next >= end)) return true;
    }
    return false;
  }

  /** Records below this offset have been judged. */
  forget(partition: number, below: number): void {
    const named = this.#named.get(partition);
    for (const [key, { about }] of named ?? []) if (about < below) named?.delete(key);
  }

  /** Records that were judged will be judged again. */
  again(): void {
    this.#next = [];
    this.#named.clear();
  }

  toJSON(): LettersState {
    const next = [...this.#next];
    for (const named of this.#named.values()) {
      for (const { partition, offset } of named.values())
        next[partition] = Math.min(next[partition] ?? offset, offset);
    }
    return next;
  }

  async #take(value: Buffer | null, at: number, letterOffset: number): Promise<void> {
    if (!value) return;
    let letter: DeadLetter;
    try {
      letter = (await this.#options.avro.decode(value, "dead-letter")) as DeadLetter;
    } catch (error) {
      if (isCoded(error) && error.retryable) throw error;
      // No letter of ours.
      return;
    }
    const { of } = this.#options;
    if (letter.where !== "telemetry" || !letter.origin.startsWith(`${of}-`)) return;
    const match = /^(\d+)@(\d+)$/.exec(letter.origin.slice(of.length + 1));
    if (!match) return;
    const [partition, offset] = [Number(match[1]), Number(match[2])];
    const named = this.#named.get(partition) ?? new Map<string, Letter>();
    named.set(`${offset} ${letter.sha256}`, { about: offset, partition: at, offset: letterOffset });
    this.#named.set(partition, named);
  }
}
