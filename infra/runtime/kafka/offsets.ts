import { type InRecord, OFFSET_KEY, type OutRecord } from "./ports.ts";

/**
 * Where one partition's inputs are to be read on, as its state topic remembers it: offset records share the
 * transaction of the outputs they cover, so they cannot disagree with the state, as a consumer group's offsets can.
 */
export class InputOffsets {
  readonly #next = new Map<string, number>();
  readonly #inputs: ReadonlySet<string>;

  constructor(inputs: readonly string[]) {
    this.#inputs = new Set(inputs);
  }

  /** Take a record of the state topic if it is one of the loop's own; false: it belongs to the task. */
  restore(record: InRecord): boolean {
    const key = record.key?.toString("latin1");
    if (!key?.startsWith(OFFSET_KEY)) return false;
    const input = key.slice(OFFSET_KEY.length);
    const next = Number(record.value?.toString("latin1") ?? Number.NaN);
    if (this.#inputs.has(input) && Number.isSafeInteger(next)) this.#next.set(input, next);
    return true;
  }

  /** The next offset to read of this input; undefined: never committed. */
  next(input: string): number | undefined {
    return this.#next.get(input);
  }

  /** Move on, and the record that says so when the transaction commits. */
  advance(input: string, next: number, stateTopic: string): OutRecord {
    this.#next.set(input, next);
    return {
      topic: stateTopic,
      key: Buffer.from(OFFSET_KEY + input, "latin1"),
      value: Buffer.from(String(next)),
    };
  }
}
