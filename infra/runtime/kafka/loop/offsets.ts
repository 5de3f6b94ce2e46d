import { CodedError } from "../../../../schemas/errors.ts";
import { type InRecord, OFFSET_KEY, type OutRecord } from "../ports.ts";
import type { Position } from "./start.ts";

/** Of a position's record: 1 was the next offset alone, in decimal digits, and 2 says which topic it is of. */
const VERSION = 2;

interface Stored {
  readonly v: number;
  readonly next: number;
  readonly topicId?: string;
}

/**
 * Where one partition's inputs are to be read on, as its state topic remembers it: offset records share the
 * transaction of the outputs they cover, so they cannot disagree with the state, as a consumer group's offsets can.
 */
export class InputOffsets {
  readonly #next = new Map<string, Position>();
  readonly #inputs: ReadonlySet<string>;
  /** Topics that were inputs once, with a position that is still there. */
  readonly #former = new Set<string>();

  constructor(inputs: readonly string[]) {
    this.#inputs = new Set(inputs);
  }

  /**
   * Take a record of the state topic if it is one of the loop's own; false: it belongs to the task.
   *
   * @throws {CodedError} KAFKA_TOPIC_MISMATCH when a later version of this code has written it.
   */
  restore(record: InRecord): boolean {
    const key = record.key?.toString("latin1");
    if (!key?.startsWith(OFFSET_KEY)) return false;
    const input = key.slice(OFFSET_KEY.length);
    const position = positionOf(record);
    if (!this.#inputs.has(input)) this.#former[record.value === null ? "delete" : "add"](input);
    else if (position) this.#next.set(input, position);
    return true;
  }

  /** The next offset to read of this input; undefined: never committed. */
  next(input: string): number | undefined {
    return this.#next.get(input)?.next;
  }

  /** undefined: never committed. */
  position(input: string): Position | undefined {
    return this.#next.get(input);
  }

  /** Move on, and the records that say so when the transaction commits. */
  advance(input: string, position: Position, stateTopic: string): readonly OutRecord[] {
    this.#next.set(input, position);
    const recordOf = (topic: string, value: Buffer | null): OutRecord => ({
      topic: stateTopic,
      key: Buffer.from(OFFSET_KEY + topic, "latin1"),
      value,
    });
    const former = Array.from(this.#former, (topic) => recordOf(topic, null));
    this.#former.clear();
    return [recordOf(input, Buffer.from(positionText(position))), ...former];
  }
}

/** A position as text: for the state topic, and for the metadata of a consumer group's offset. */
export function positionText({ next, topicId }: Position): string {
  const stored: Stored = { v: VERSION, next, ...(topicId === undefined ? {} : { topicId }) };
  return JSON.stringify(stored);
}

/** What such a text says; undefined: it is none. */
export function parsePosition(text: string): (Position & { readonly version: number }) | undefined {
  if (/^\d+$/.test(text)) return { version: 1, next: Number(text), topicId: undefined };
  try {
    const { v, next, topicId } = JSON.parse(text) as Stored;
    return Number.isSafeInteger(next) ? { version: v, next, topicId } : undefined;
  } catch {
    return undefined;
  }
}

function positionOf({ topic, partition, offset, value }: InRecord): Position | undefined {
  const parsed = parsePosition(value?.toString("latin1") ?? "");
  if (parsed && parsed.version > VERSION) {
    throw new CodedError("KAFKA_TOPIC_MISMATCH", {
      message:
        `${topic} was written by a later version of this program (format ${parsed.version}, this one knows ${VERSION}): ` +
        "run that version, or start with another home or TOPIC_PREFIX",
      retryable: false,
      context: { topic, partition, offset, version: parsed.version },
    });
  }
  return parsed;
}
