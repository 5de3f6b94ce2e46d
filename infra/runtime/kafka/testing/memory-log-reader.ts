import type { InRecord, LogReader, LogReaderOptions, Looked } from "../ports.ts";
import type { MemoryLog } from "./memory-log.ts";

/** Records per partition and look, at most. */
const MOST = 5_000;

/** Looks at `MemoryLog`. */
export function memoryLogReader(log: MemoryLog, { headers }: LogReaderOptions): LogReader {
  const wanted = new Set(headers);
  const only = (record: InRecord): InRecord => ({
    ...record,
    headers: Object.fromEntries(Object.entries(record.headers).filter(([name]) => wanted.has(name))),
  });
  return {
    async look(at) {
      const topics = new Set(log.names());
      return at.flatMap(({ topic, partition, from }): Looked[] => {
        const all = topics.has(topic) ? log.partitions(topic)[partition] : undefined;
        if (!all) return [];
        const records = all.slice(from, from + MOST).map(only);
        const next = Math.max(from, (records.at(-1)?.offset ?? -1) + 1);
        const topicId = log.topicId(topic);
        return [{ topic, topicId, partition, records, unreadable: [], next, start: 0, end: all.length }];
      });
    },
    async stop() {},
  };
}
