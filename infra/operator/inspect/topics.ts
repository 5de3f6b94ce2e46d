import { parseStationTopic } from "../../../schemas/topics.ts";
import type { KafkaAdmin } from "../../runtime/kafka/ports.ts";
import { textTable } from "../../runtime/text/table.ts";

export interface TopicSummary {
  readonly topic: string;
  readonly partitions: number;
  readonly replicas: number;
  /** Offsets given out so far: records, and a transaction's marks. */
  readonly written: number;
}

/** Every topic, by name; Kafka's own (`__…`) only when asked for. */
export async function summarize(admin: KafkaAdmin, internal: boolean): Promise<readonly TopicSummary[]> {
  const topics = (await admin.describeTopics()).filter(({ topic }) => internal || !topic.startsWith("__"));
  const summaries = await Promise.all(
    topics.map(async ({ topic, replicas }) => {
      const ends = await admin
        .endOffsets(topic)
        .catch((error: unknown) => unlessDeleted(admin, topic, error));
      const written = ends?.reduce((sum, end) => sum + end, 0);
      if (written === undefined) return [];
      return [{ topic, partitions: replicas.length, replicas: Math.min(...replicas), written }];
    }),
  );
  return summaries.flat().sort((a, b) => (a.topic < b.topic ? -1 : 1));
}

/** Topics come and go: one that went while the others were asked is left out. */
async function unlessDeleted(admin: KafkaAdmin, topic: string, error: unknown): Promise<undefined> {
  if ((await admin.listTopics()).includes(topic)) throw error;
}

/** The 184 topics of the stations as two lines. */
export function folded(topics: readonly TopicSummary[]): readonly TopicSummary[] {
  const kinds = new Map<string, TopicSummary>();
  const rest: TopicSummary[] = [];
  for (const each of topics) {
    const station = parseStationTopic(each.topic);
    if (!station) {
      rest.push(each);
      continue;
    }
    const name = each.topic.replace(/\d+$/, "*");
    const sum = kinds.get(name);
    kinds.set(name, {
      ...each,
      topic: name,
      partitions: (sum?.partitions ?? 0) + each.partitions,
      written: (sum?.written ?? 0) + each.written,
    });
  }
  return [...rest, ...kinds.values()];
}

export function topicTable(topics: readonly TopicSummary[]): string {
  const rows = [
    ["topic", "partitions", "replicas", "written"],
    ...topics.map((t) => [t.topic, String(t.partitions), String(t.replicas), String(t.written)]),
  ];
  return textTable(rows, [1, 2, 3]).join("\n");
}
