import type { TopicPartition } from "./ports.ts";

export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Every partition of these topics. @param counts - how many each has */
export function partitionsIn(counts: ReadonlyMap<string, number>): readonly TopicPartition[] {
  return Array.from(counts, ([topic, count]) =>
    Array.from({ length: count }, (_, partition) => ({ topic, partition })),
  ).flat();
}

/** Does this partition exist? @param counts - how many each topic has that exists */
export function isIn({ topic, partition }: TopicPartition, counts: ReadonlyMap<string, number>): boolean {
  return partition < (counts.get(topic) ?? 0);
}

/** Each partition once: a broker takes no request that names one twice. */
export function distinct(places: readonly TopicPartition[]): readonly TopicPartition[] {
  const seen = new Map<string, Map<number, TopicPartition>>();
  for (const { topic, partition } of places) {
    const partitions = seen.get(topic) ?? new Map<number, TopicPartition>();
    seen.set(topic, partitions);
    if (!partitions.has(partition)) partitions.set(partition, { topic, partition });
  }
  return [...seen.values()].flatMap((partitions) => [...partitions.values()]);
}
