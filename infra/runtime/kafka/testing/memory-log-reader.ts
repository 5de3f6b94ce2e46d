import type { InRecord, LogReader, LogReaderOptions, Looked } from "../ports.ts";
import type { MemoryLog } from "./memory-log.ts";

/** Records per partition and look, at most. */
const MOST = 5_000;

/** Looks at `MemoryLog`. */
export function memoryLogReader(log: MemoryLog, { headers }: LogReaderOptions): LogReader {
  const wanted = headers && new Set(headers);
  const only = (record: InRecord): InRecord => ({
    ...record,
    headers: Object.fromEntries(Object.entries(record.headers).filter(([name]) => wanted?.has(name) ?? true)),
  });
  return {
    async look(at) {
      const topics = new Set(log.names());
      return at.flatMap(({ topic, partition, from }): Looked[] => {
        if (!topics.has(topic) || partition >= log.partitionCount(topic)) return [];
        const readable = log.readable(topic, partition, from);
        const records = readable.slice(0, MOST).map(only);
        const all = records.length === readable.length;
        const next = all
          ? Math.max(from, log.stable({ topic, partition }))
          : (records.at(-1)?.offset ?? from) + 1;
        const [topicId, end] = [log.topicId(topic), log.end({ topic, partition })];
        return [{ topic, topicId, partition, records, unreadable: [], next, start: 0, end }];
      });
    },
    async stop() {},
  };
}
