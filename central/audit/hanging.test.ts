import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { lookForHanging } from "./hanging.ts";

const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve));
};

test("a transaction that its coordinator has forgotten is named after two looks; one under way is not", async () => {
  const kafka = memoryKafka();
  await (await kafka.admin()).ensureTopics([{ topic: "t", partitions: 1 }]);
  const { coordinator, log } = kafka;
  const place = { topic: "t", partition: 0 };
  const record = { ...place, key: null, value: Buffer.from("x") };
  const atWork = coordinator.fence("at work");
  coordinator.begin("at work", atWork.producerEpoch, [place]);
  coordinator.write("at work", atWork.producerEpoch, [record]);
  const hanging = coordinator.fence("forgotten");
  coordinator.write("forgotten", hanging.producerEpoch, [record]);

  const clock = new ManualClock();
  const metrics = new Registry();
  const looks = lookForHanging({ kafka, clock, logger: silentLogger, metrics });
  await turns();
  expect(looks.words).toEqual([]);
  clock.advance(10_000);
  await turns();
  expect(looks.words).toEqual([expect.stringContaining(`producer ${hanging.producerId} hangs in t-0`)]);
  expect(await metrics.metrics()).toContain("audit_hanging_transactions 1");
  log.mark(place, hanging.producerId, "abort");
  clock.advance(10_000);
  await turns();
  expect(looks.words).toEqual([]);
  await looks.stop();
});
