import type { SeekEntry } from "kafkajs";
import type { Client } from "./client.ts";

/**
 * First and end offset of each partition, asked by an admin client made for this one question.
 *
 * kafkajs's admin client remembers every topic that it was asked the offsets of and never forgets it; once one of them
 * is deleted by somebody else, each later request that refreshes its metadata (CreateTopics among them) fails with
 * UNKNOWN_TOPIC_OR_PARTITION until the process ends.
 */
export async function topicOffsets(
  client: Client,
  topic: string,
): Promise<readonly (SeekEntry & { readonly high: string; readonly low: string })[]> {
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await admin.fetchTopicOffsets(topic);
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
