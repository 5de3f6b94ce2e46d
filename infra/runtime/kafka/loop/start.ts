import type { Bounds } from "./ports.ts";

/** A next offset to read, and the id of the topic that it is one of; undefined: it was kept before topics had ids. */
export interface Position {
  readonly next: number;
  readonly topicId: string | undefined;
}

interface Start {
  readonly next: number;
  /** What somebody should know about it. */
  readonly finding?: string;
}

/**
 * Where an input is to be read on: what the state says, else what the consumer group says, else the beginning.
 *
 * A position of another topic of the same name is none in this one: that is read from its start, because nothing of it
 * was ever processed. What retention deleted is lost to this loop, which cannot help it and says so.
 *
 * @param state - as the state topic has it, in the transaction of the outputs.
 * @param group - as the consumer group has it; only what a lost state leaves.
 */
export function startOf(bounds: Bounds, state: Position | undefined, group: Position | undefined): Start {
  const known = state ?? group;
  if (!known) return { next: bounds.first };
  if (isOther(bounds, known)) {
    return {
      next: bounds.first,
      finding: "the topic was deleted and made again: it is read from its start",
    };
  }
  if (known.next < bounds.first) {
    return { next: bounds.first, finding: "records were deleted before they were processed" };
  }
  if (known.next > bounds.end) {
    // Of a topic without a known id, made again is the likelier reason.
    return known.topicId === undefined || bounds.topicId === undefined
      ? { next: bounds.first, finding: "the topic ends before its position: it is read from its start" }
      : {
          next: bounds.end,
          finding: "the topic has lost records that were processed: it is read from its end",
        };
  }
  return state
    ? { next: known.next }
    : {
        next: known.next,
        finding: "there is no state for what the consumer group has read: it begins empty",
      };
}

function isOther({ topicId }: Bounds, known: Position): boolean {
  return topicId !== undefined && known.topicId !== undefined && topicId !== known.topicId;
}
