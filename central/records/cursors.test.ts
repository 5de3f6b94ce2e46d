import { expect, test } from "vitest";
import type { LookAt, Looked } from "../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { Cursors } from "./cursors.ts";
import { recordsOf, startsAt } from "./interval.ts";

const TOPIC = "readings";

/** One topic with two partitions; each record's value is its time. */
async function written(...places: readonly (readonly [partition: number, at: number])[]) {
  const kafka = memoryKafka(() => 0);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPIC, partitions: 2 }]);
  kafka.append(
    places.map(([partition, at]) => ({
      ...{ topic: TOPIC, partition, key: null, value: Buffer.from(String(at)) },
      timestamp: at,
    })),
  );
  return { kafka, admin, reader: kafka.logReader({}) };
}

test("moment after moment, each record comes once, when its time has come", async () => {
  const { kafka, admin, reader } = await written([0, 10], [0, 20], [0, 30], [1, 15]);
  const cursors = new Cursors(reader, await startsAt(admin, TOPIC, 0));
  const seen: string[] = [];
  const steps: string[][] = [];
  for (const moment of [10, 21, 21, 100, 200]) {
    await cursors.before(moment, ({ value }) => void seen.push(String(value)));
    steps.push(seen.splice(0).sort());
    if (moment === 100)
      kafka.append([{ topic: TOPIC, partition: 1, key: null, value: Buffer.from("150"), timestamp: 150 }]);
  }
  expect(steps).toEqual([[], ["10", "15", "20"], [], ["30"], ["150"]]);
});

test("a partition that was at its end is not looked at again for what is older than that look", async () => {
  const { admin, reader, kafka } = await written([0, 10]);
  let looks = 0;
  const counting = { look: (at: readonly LookAt[]) => reader.look(at).finally(() => looks++) };
  const seen: string[] = [];
  const cursors = new Cursors(counting, await startsAt(admin, TOPIC, 0), () => 60_000);
  const before = (moment: number): Promise<void> =>
    cursors.before(moment, ({ value }) => void seen.push(String(value)));
  for (const moment of [1_000, 2_000, 50_000]) await before(moment);
  expect(looks).toBe(2);
  kafka.append([{ topic: TOPIC, partition: 1, key: null, value: Buffer.from("late"), timestamp: 50_001 }]);
  await before(50_002);
  expect([looks, seen]).toEqual([4, ["10", "late"]]);
});

test("an interval begins and ends by its records' times, and a clock that was set back loses none in between", async () => {
  const log = await written([0, 10], [0, 20], [0, 18], [0, 30], [1, 5], [1, 25]);
  const seen: string[] = [];
  await recordsOf(log, [TOPIC], { from: 20, to: 30 }, ({ value }) => void seen.push(String(value)));
  expect(seen.sort()).toEqual(["18", "20", "25"]);
});

test("what lies behind an open transaction is waited for, and no longer than that", async () => {
  let looks = 0;
  const stuck = (at: readonly LookAt[]): Promise<readonly Looked[]> => {
    looks++;
    const place = { topic: TOPIC, topicId: "a", partition: 0, records: [], unreadable: [], start: 0 };
    return Promise.resolve([{ ...place, next: at[0]?.from ?? 0, end: 9 }]);
  };
  const cursors = new Cursors({ look: stuck }, [{ topic: TOPIC, partition: 0, from: 3 }]);
  await expect(cursors.before(10, () => {})).rejects.toMatchObject({
    code: "KAFKA_UNAVAILABLE",
    message: expect.stringContaining("readings-0 cannot be read on from 3"),
  });
  expect(looks).toBeGreaterThan(10);
  const abort = new AbortController();
  abort.abort();
  await cursors.before(10, () => {}, abort.signal);
});

test("a record that cannot be read ends it with its place", async () => {
  const broken = (): Promise<readonly Looked[]> =>
    Promise.resolve([
      {
        ...{ topic: TOPIC, topicId: "a", partition: 1, records: [], start: 0, next: 6, end: 9 },
        unreadable: [{ from: 4, to: 5, reason: "its checksum is wrong" }],
      },
    ]);
  const cursors = new Cursors({ look: broken }, [{ topic: TOPIC, partition: 1, from: 4 }]);
  await expect(cursors.before(10, () => {})).rejects.toMatchObject({
    code: "KAFKA_UNREADABLE",
    message: "records 4 to 5 of readings-1 cannot be read: its checksum is wrong",
  });
});
