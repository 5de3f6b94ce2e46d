import type { InRecord, LogReader } from "./ports.ts";

/**
 * Every committed record of a partition that is there now, in order, from an offset on.
 *
 * @throws {CodedError} KAFKA_UNAVAILABLE
 */
export async function* readPartition(
  reader: Pick<LogReader, "look">,
  topic: string,
  partition: number,
  begin = 0,
): AsyncGenerator<InRecord, void> {
  let end: number | undefined;
  for (let from = begin; ; ) {
    const [looked] = await reader.look([{ topic, partition, from }], WAIT_MS);
    // For a moment it has no leader.
    if (!looked) continue;
    end ??= looked.end;
    yield* looked.records;
    const next = Math.max(looked.next, looked.start);
    if (next >= end || next === from) return;
    from = next;
  }
}

const WAIT_MS = 50;
