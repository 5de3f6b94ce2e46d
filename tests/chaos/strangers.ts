import kafkajs from "kafkajs";
import { TOPICS } from "../../schemas/topics.ts";

/** Programs of nobody's that reach Kafka: kafkajs as everybody has it, and nothing of ours. */

const POISON_RECORDS = 5;

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

/** What dedup's two partitions are written under. */
export const TRANSACTIONAL_IDS = [0, 1].map((partition) => `dedup-${TOPICS.raw}-${partition}`);
