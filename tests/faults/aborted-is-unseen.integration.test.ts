import { randomUUID } from "node:crypto";
import kafkajs, { type Producer } from "kafkajs";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { kafkaAt } from "./topic-contents.ts";
import { dataFolderOf, transactionalProducers } from "./transactional-producers.ts";

/*
 * kafkajs by itself lets aborted records through when transactions of two producers lie in one another in a partition:
 * brokers list them in the order of their ends, kafkajs expects that of their beginnings.
 */
const broker = inject("kafka");
const topic = `interleaved-${randomUUID().slice(0, 8)}`;
const client = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING });
const producers: Producer[] = [];

beforeAll(async () => {
  const admin = await kafkaAt(broker).admin();
  await admin.ensureTopics([{ topic, partitions: 1 }]);
  await admin.close();
});
afterAll(async () => {
  for (const producer of producers) await producer.disconnect();
  const admin = await kafkaAt(broker).admin();
  await admin.deleteTopics([topic]);
  await admin.close();
});

async function transactional(name: string): Promise<Producer> {
  const producer = client.producer({
    transactionalId: `${topic}-${name}`,
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  producers.push(producer);
  return producer;
}

test("no record of aborted transactions is seen, though two producers' transactions interleave", async () => {
  const [one, two] = [await transactional("one"), await transactional("two")];
  const first = await one.transaction();
  await first.send({ topic, messages: [{ value: "aborted, of the first" }] });
  const second = await two.transaction();
  await second.send({ topic, messages: [{ value: "aborted, of the second" }] });
  await second.abort();
  await first.abort();
  const last = await one.transaction();
  await last.send({ topic, messages: [{ value: "committed" }] });
  await last.commit();

  const seen: string[] = [];
  const consumer = client.consumer({ groupId: `${topic}-reader` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) });
  await eventually(() => expect(seen).toContain("committed"));
  await consumer.disconnect();
  expect(seen).toEqual(["committed"]);
  expect(transactionalProducers(await dataFolderOf(broker), topic, 0).size).toBe(2);
});
