import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { openClient } from "../../infra/runtime/kafka/kafkajs/client.ts";
import { openCluster } from "../../infra/runtime/kafka/kafkajs/cluster.ts";
import { loopKafka } from "../../infra/runtime/kafka/kafkajs/loop-kafka.ts";
import type { TransactionalProducer } from "../../infra/runtime/kafka/loop/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { startKafkaProxy } from "../support/kafka-proxy.ts";

test("a producer opens where each answer takes a second and a half: it is waited for longer after each failure", async () => {
  const proxy = await startKafkaProxy(inject("kafka"));
  const options = {
    brokers: [proxy.address],
    clientId: "slow-answers",
    logger: silentLogger,
    clock: systemClock,
  };
  const client = openClient(options, { giveUpMs: 10_000 });
  const cluster = await openCluster(client);
  const loop = loopKafka(options, cluster);
  const id = `slow-${randomUUID()}`;
  proxy.rule("replies", { mode: "delay", ms: 1_500 });
  try {
    let producer: TransactionalProducer | undefined;
    for (let tries = 0; tries < 3 && !producer; tries++)
      producer = await loop.fence(id, id).catch(() => undefined);
    proxy.heal();
    expect(producer?.producerId).toBeGreaterThanOrEqual(0);
    await producer?.close();
  } finally {
    await cluster.disconnect();
    client.destroy();
    proxy.close();
  }
});
