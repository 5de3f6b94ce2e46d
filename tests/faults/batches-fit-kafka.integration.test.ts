import { afterEach, beforeEach, expect, test } from "vitest";
import { Rig } from "../../edge/testing/rig.ts";
import { type TestGateway, testGateway } from "../../gateway/testing/fixture.ts";
import { rawValue } from "../../gateway/testing/samples.ts";
import { type MemoryKafka, memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { LIMITS } from "../../schemas/mqtt.ts";
import { sizeOf } from "../../schemas/readings.ts";
import { TOPICS } from "../../schemas/topics.ts";

/*
 * Somebody has set max.message.bytes of the raw topic below what a batch needs. Each reading fits, so none may be lost:
 * the agent is told what passes, and sends smaller batches.
 */
let kafka: MemoryKafka;
let rig: Rig;
let gateway: TestGateway | undefined;

beforeEach(async () => {
  kafka = memoryKafka(() => Date.now());
  rig = await Rig.start();
});
afterEach(async () => {
  await rig.close();
  await gateway?.stop();
  gateway = undefined;
});

async function limited(bytes: number): Promise<void> {
  const admin = await kafka.admin();
  await admin.ensureTopics([
    { topic: TOPICS.raw, partitions: 2, config: { "max.message.bytes": String(bytes) } },
  ]);
}

/** A thousand readings wait in the outbox before the agent hears of the gateway: its batches are full. */
async function backlog(): Promise<void> {
  rig.urls = ["mqtt://127.0.0.1:1"];
  const turnstile = rig.plugIn("40380-T1");
  turnstile.press(1_000);
  rig.startAgent();
  await expect.poll(() => rig.outbox.ledger("40380-T1").stored, { timeout: 20_000 }).toBe(1_000);
  rig.urls = [gateway?.url ?? ""];
}

const batches = () => kafka.records(TOPICS.raw).map(({ value }) => rawValue(value));
const arrived = (): number => batches().reduce((n, batch) => n + sizeOf(batch), 0);
const refusals = async (): Promise<number> =>
  (await gateway?.metric("connections_closed_total", { reason: "kafka-limit" })) ?? 0;

async function everythingPasses(presses: number): Promise<void> {
  await expect.poll(arrived, { timeout: 20_000 }).toBe(presses);
  const numbers = batches().flatMap(({ runs }) =>
    runs.flatMap((run) => run.readings.map((_, i) => run.firstSeq + i)),
  );
  expect(numbers).toEqual(Array.from({ length: presses }, (_, i) => i + 1));
  expect(kafka.records(TOPICS.deadLetter)).toEqual([]);
  await expect
    .poll(() => rig.outbox.ledger("40380-T1"))
    .toMatchObject({ published: presses, quarantined: 0 });
}

test("every reading passes in order after one refusal under the limit that the gateway finds at its start", async () => {
  await limited(4_096);
  gateway = await testGateway(kafka);
  await backlog();
  await everythingPasses(1_000);
  expect(await refusals()).toBe(1);
  expect(gateway.probe().detail).toMatchObject({ kafkaTakesBytes: 4_096 - LIMITS.recordOverheadBytes });
});

test("what Kafka refuses is halved until it passes when the limit changes while the gateway serves", async () => {
  gateway = await testGateway(kafka);
  await limited(3_000);
  await backlog();
  await everythingPasses(1_000);
  expect(await refusals()).toBeGreaterThan(0);
  expect(await refusals()).toBeLessThan(8);
});

test("the gateway does not start under a limit that fits no reading, and says what to do", async () => {
  await limited(100);
  await expect(testGateway(kafka)).rejects.toMatchObject({
    code: "KAFKA_TOPIC_MISMATCH",
    message: expect.stringContaining("npm run bootstrap"),
  });
});
