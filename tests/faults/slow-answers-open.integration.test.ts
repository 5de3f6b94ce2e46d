import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { openTransactions } from "../../infra/runtime/kafka/kafkajs/transactions.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { startKafkaProxy } from "../support/kafka-proxy.ts";

test("a producer opens where each answer takes a second and a half: a bound over all of them would never let it", async () => {
  const proxy = await startKafkaProxy(inject("kafka"));
  proxy.rule("replies", { mode: "delay", ms: 1_500 });
  const cluster = {
    brokers: [proxy.address],
    clientId: "slow-answers",
    logger: silentLogger,
    clock: systemClock,
  };
  const id = `slow-${randomUUID()}`;
  try {
    const producer = await openTransactions(cluster, id, id);
    proxy.heal();
    expect(producer.producerId).toBeGreaterThanOrEqual(0);
    await producer.close();
  } finally {
    proxy.close();
  }
});
