import { setTimeout as sleep } from "node:timers/promises";
import kafkajs from "kafkajs";
import { TOPICS } from "../../schemas/topics.ts";

/** Programs of nobody's that reach Kafka: kafkajs as everybody has it, and nothing of ours. */

const POISON_RECORDS = 5;
const LOOK_MS = 200;

function client(brokers: string): kafkajs.Kafka {
  const { Kafka, logLevel } = kafkajs;
  const retry = { retries: 20, maxRetryTime: 2_000 };
  return new Kafka({ brokers: brokers.split(","), clientId: "stranger", logLevel: logLevel.NOTHING, retry });
}

/** Records that nobody can read, among those of the gateways. */
export async function poison(brokers: string): Promise<void> {
  const producer = client(brokers).producer();
  await producer.connect();
  try {
    const messages = Array.from({ length: POISON_RECORDS }, (_, n) => ({
      key: `stranger ${n}`,
      value: Buffer.from(`no Avro, number ${n}`),
      partition: n % 2,
    }));
    await producer.send({ topic: TOPICS.raw, messages });
  } finally {
    await producer.disconnect();
  }
}

/** Resolves when the topic is there no more. */
export async function deleteTopic(brokers: string, topic: string): Promise<void> {
  const admin = client(brokers).admin();
  await admin.connect();
  try {
    const isThere = async (): Promise<boolean> => (await admin.listTopics()).includes(topic);
    // An answer may be lost: only what is there counts.
    await admin.deleteTopics({ topics: [topic] }).catch(() => {});
    while (await isThere()) await sleep(LOOK_MS);
  } finally {
    await admin.disconnect();
  }
}

/** A second producer of a transactional id, which fences the first: as a process does that was taken for dead. */
export async function fence(brokers: string, transactionalId: string): Promise<void> {
  const producer = client(brokers).producer({ transactionalId, maxInFlightRequests: 1, idempotent: true });
  await producer.connect();
  try {
    await (await producer.transaction()).abort();
  } finally {
    await producer.disconnect();
  }
}

/**
 * Resolves in the moment in which a reader of committed records sees the next ones of a topic; at the latest when `withinMs`
 * is over. @returns were there any?
 */
export async function nextCommit(
  brokers: string,
  topic: string,
  withinMs: number,
  seen: () => void,
): Promise<boolean> {
  const groupId = `stranger-${process.pid}-${performance.now()}`;
  const consumer = client(brokers).consumer({ groupId, maxWaitTimeInMs: 200 });
  let late: NodeJS.Timeout | undefined;
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: false });
    return await new Promise<boolean>((resolve, reject) => {
      late = setTimeout(() => resolve(false), withinMs);
      const eachMessage = async (): Promise<void> => {
        seen();
        resolve(true);
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    clearTimeout(late);
    await consumer.disconnect();
  }
}

/** What dedup's two partitions are written under. */
export const TRANSACTIONAL_IDS = [0, 1].map((partition) => `dedup-${TOPICS.raw}-${partition}`);
