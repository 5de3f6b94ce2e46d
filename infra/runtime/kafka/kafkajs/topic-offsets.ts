import kafkajs, { type Admin, type SeekEntry } from "kafkajs";
import type { Client } from "./client.ts";

/** First and end offset of each partition. */
export function topicOffsets(
  client: Client,
  topic: string,
): Promise<readonly (SeekEntry & { readonly high: string; readonly low: string })[]> {
  return once(client, (admin) => admin.fetchTopicOffsets(topic));
}

/**
 * Ask each partition of these topics for its offsets, which only a leader that serves it answers: a broker tells of a new
 * partition's leader some time before that leader takes records, and refuses them until then.
 *
 * @throws a retriable error of kafkajs while a partition is not served
 */
export async function allServed(client: Client, topics: readonly string[]): Promise<void> {
  await once(client, (admin) => Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic))));
}

/** The next offset of each partition as a consumer group committed it; -1: it never did. */
export async function groupOffsets(
  client: Client,
  groupId: string,
  topic: string,
): Promise<readonly SeekEntry[]> {
  const [offsets] = await once(client, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  return offsets?.partitions ?? [];
}

/**
 * An admin client made for one question.
 *
 * kafkajs's admin client remembers every topic that it was asked the offsets of and never forgets it; once one of them
 * is deleted by somebody else, each later request that refreshes its metadata (CreateTopics among them) fails with
 * UNKNOWN_TOPIC_OR_PARTITION until the process ends.
 */
async function once<T>(client: Client, ask: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    return await ask(admin);
  } catch (error) {
    // A broker that has not heard of a new topic yet names no partition of it, and kafkajs stumbles over that.
    if (!(error instanceof TypeError)) throw error;
    throw new kafkajs.KafkaJSError("a broker does not know a topic yet", { retriable: true });
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
