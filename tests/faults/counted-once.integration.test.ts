import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, inject, test } from "vitest";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { KafkaProxy } from "../support/kafka-proxy.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { inFull, PipelineUnderLoad } from "./pipeline-under-load.ts";
import type { Seat } from "./seat.ts";

const broker = inject("kafka");
const KILLS = inFull(1, 30);
const POINTS = inFull(2, 4);
const MOVES = inFull(2, 20);
const ZOMBIES = inFull(1, 10);
/**
 * Readers go on after a kill within this; the broker itself would end an open transaction after ten seconds. Held
 * against the clock at full length only, where the machine has nothing else to do.
 */
const READERS_GO_ON_MS = inFull(60_000, 5_000);

let servers: TestServers | undefined;
let pipeline: PipelineUnderLoad | undefined;

beforeAll(async () => {
  const TOPIC_PREFIX = `dedup-killed-${randomUUID().slice(0, 8)}.`;
  servers = await startServers(["schema-registry"], { KAFKA_BROKERS: broker, TOPIC_PREFIX });
});
afterAll(() => servers?.stop());
afterEach(() => pipeline?.close());

async function open(dedups: number): Promise<PipelineUnderLoad> {
  const registryUrl = servers?.addresses.SCHEMA_REGISTRY_URL ?? "";
  pipeline = await PipelineUnderLoad.open({ broker, registryUrl, seed: 6, dedups, perStation: true });
  return pipeline;
}

const withheld = (kafka: KafkaProxy): Promise<void> =>
  eventually(() => expect(kafka.withheld).toBeGreaterThan(0), 60_000, 2);
const lost = (kafka: KafkaProxy): Promise<void> => {
  const before = kafka.lost;
  return eventually(() => expect(kafka.lost).toBeGreaterThan(before), 60_000, 2);
};

test(
  `each reading is counted once while dedup is killed ${KILLS} times at random under load`,
  async () => {
    const load = await open(1);
    for (let kill = 0; kill < KILLS; kill++) {
      await load.cleaning();
      await load.someMoment();
      await load.dedup.kill();
      await load.dedup.start();
    }
    await load.settled();
  },
  90_000 + KILLS * 10_000,
);

test("each reading is counted once when dedup is killed at any step around a commit, while another instance goes on", async () => {
  const load = await open(2);
  const points: readonly ((kafka: KafkaProxy) => Promise<void>)[] = [
    // The records are sent, the commit is not: readers of that partition wait behind an open transaction.
    (kafka) => {
      kafka.withhold("EndTxn");
      return withheld(kafka);
    },
    // Committed, the answer has not arrived.
    (kafka) => {
      kafka.loseReplies("EndTxn");
      return lost(kafka);
    },
    // The records are sent, the answer has not arrived.
    (kafka) => {
      kafka.loseReplies("Produce");
      return lost(kafka);
    },
    // The transaction has begun, its offsets have not arrived.
    (kafka) => {
      kafka.withhold("TxnOffsetCommit");
      return withheld(kafka);
    },
  ];
  for (const [n, reach] of points.slice(0, POINTS).entries()) {
    const seat = load.dedups[n % 2] as Seat;
    await reach(seat.kafka);
    const killedAt = performance.now();
    await seat.kill();
    await load.cleaning();
    // The other instance has ended what was left open.
    expect(performance.now() - killedAt).toBeLessThan(READERS_GO_ON_MS);
    seat.kafka.loseReplies(null);
    seat.kafka.forget();
    await seat.start();
    await partitionsOf(seat, 1);
  }
  await load.settled();
}, 120_000);

test("the outcome of a commit whose answer is lost is looked up, not guessed", async () => {
  const load = await open(1);
  const { kafka } = load.dedup;
  for (const api of ["EndTxn", "Produce", "EndTxn"] as const) {
    await load.cleaning();
    kafka.loseReplies(api);
    await lost(kafka);
    kafka.loseReplies(null);
    kafka.cut();
  }
  await load.settled();
}, 120_000);

test(
  `each reading is counted once while partitions move ${MOVES} times between instances`,
  async () => {
    const load = await open(1);
    let going = load.dedup;
    let coming = await load.addDedup();
    for (let move = 0; move < MOVES; move++) {
      await coming.start();
      await partitionsOf(coming, 1);
      await load.cleaning();
      await going.kill("SIGTERM");
      await partitionsOf(coming, 2);
      [going, coming] = [coming, going];
    }
    await load.settled();
  },
  120_000 + MOVES * 10_000,
);

test(
  "the late commit of an instance that was stopped and taken over is refused",
  async () => {
    const load = await open(2);
    for (let round = 0; round < ZOMBIES; round++) {
      const zombie = load.dedups[round % 2] as Seat;
      zombie.kafka.withhold("EndTxn");
      await withheld(zombie.kafka);
      zombie.signal("SIGSTOP");
      // Every partition goes on, so somebody else has taken over.
      await load.cleaning();
      zombie.kafka.release();
      zombie.signal("SIGCONT");
      await partitionsOf(zombie, 1);
      await load.cleaning();
    }
    await load.settled();
  },
  120_000 + ZOMBIES * 20_000,
);

test("the successor knows what an instance still commits before it is fenced", async () => {
  const load = await open(2);
  const [late, successor] = load.dedups as [Seat, Seat];
  const [partition = 0] = await partitionsOf(late, 1);
  late.kafka.withhold("Produce");
  await withheld(late.kafka);
  late.signal("SIGSTOP");
  // That of its transactional id: a connection's first one fences no producer.
  successor.kafka.withhold("InitProducerId", load.prefix);
  await withheld(successor.kafka);
  const committed = load.cleaningIn(partition);
  late.kafka.release();
  late.signal("SIGCONT");
  // Only the late one can have written there.
  await committed;
  successor.kafka.release();
  await load.cleaning();
  await load.settled();
}, 120_000);

/** The instance works on so many partitions. */
async function partitionsOf(seat: Seat, count: number): Promise<readonly number[]> {
  return eventually(async () => {
    const answer = await fetch(`${seat.probeUrl}/readyz`);
    const { dedup } = (await answer.json()) as { dedup: { partitions: readonly number[] } };
    expect(dedup.partitions).toHaveLength(count);
    return dedup.partitions;
  });
}
