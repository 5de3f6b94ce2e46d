import { expect, test } from "vitest";
import type { LogReader } from "../../../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../../../infra/runtime/kafka/testing/memory.ts";
import { formatReading, HEADERS } from "../../../../schemas/topics.ts";
import { Anchors, moved } from "./anchors.ts";
import type { CountsAt } from "./station-sums.ts";
import { Tally } from "./tally.ts";

const TOPIC = "turnstiles";
const LAKE = 41660;
const CLARK = 40380;

/** One partition: an entry at each of these stations, in order. */
async function entriesAt(...stations: readonly number[]) {
  const kafka = memoryKafka(() => 0);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPIC, partitions: 1 }]);
  const one = { topic: TOPIC, partition: 0, key: null, value: null };
  kafka.append(
    stations.map((station, i) => ({
      ...one,
      headers: { [HEADERS.reading]: formatReading(`${station}-T1`, 7, i + 1, i + 1) },
    })),
  );
  return kafka.logReader({});
}

/** As Kafka would answer that had deleted what is below `start`. */
function without(reader: LogReader, start: number): LogReader {
  return {
    stop: () => reader.stop(),
    async look(at) {
      const looked = await reader.look(at.map((one) => ({ ...one, from: Math.max(start, one.from) })));
      return looked.map((one) => ({ ...one, start }));
    },
  };
}

const always = (): boolean => true;
const unknown = (): null => null;

test("entries are counted on from the beginning, and a station without one has no count", async () => {
  const reader = await entriesAt(LAKE, CLARK, LAKE, LAKE);
  const tally = new Tally({ topic: TOPIC, present: unknown });
  expect(await tally.below(reader, [0], always)).toEqual(new Map());
  expect(await tally.below(reader, [1], always)).toEqual(new Map([[LAKE, 1]]));
  expect(await tally.below(reader, [4], always)).toEqual(
    new Map([
      [LAKE, 3],
      [CLARK, 1],
    ]),
  );
});

test("of a station that has moved the records of both partitions count, from the beginning or back from now", async () => {
  const kafka = memoryKafka(() => 0);
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic: TOPIC, partitions: 2 }]);
  const entry = (station: number, partition: number, seq: number) => ({
    ...{ topic: TOPIC, partition, key: null, value: null },
    headers: { [HEADERS.reading]: formatReading(`${station}-T1`, 7, seq, seq) },
  });
  kafka.append([
    entry(LAKE, 0, 1),
    entry(CLARK, 0, 1),
    entry(LAKE, 0, 2),
    entry(LAKE, 1, 3),
    entry(CLARK, 0, 2),
  ]);
  const reader = kafka.logReader({});
  const now = [
    { offset: 4, counts: new Map([[CLARK, 2]]) },
    { offset: 1, counts: new Map([[LAKE, 3]]) },
  ];
  for (const present of [unknown, (partition: number) => now[partition] ?? null]) {
    const tally = new Tally({ topic: TOPIC, present, regrouped: () => true });
    expect(Object.fromEntries((await tally.below(reader, [4, 1], always)) ?? [])).toEqual({
      [LAKE]: 3,
      [CLARK]: 2,
    });
    expect(Object.fromEntries((await tally.below(reader, [3, 0], always)) ?? [])).toEqual({
      [LAKE]: 2,
      [CLARK]: 1,
    });
    const first = (await tally.below(reader, [1, 0], always)) ?? new Map<number, number>();
    expect([...first].filter(([, n]) => n !== 0)).toEqual([[LAKE, 1]]);
  }
});

test("where the beginning is deleted they are counted back from the sums of now", async () => {
  const reader = without(await entriesAt(LAKE, CLARK, LAKE, LAKE, CLARK), 2);
  const now: CountsAt = {
    offset: 5,
    counts: new Map([
      [LAKE, 103],
      [CLARK, 2],
    ]),
  };
  const tally = new Tally({ topic: TOPIC, present: () => now });
  expect(await tally.below(reader, [4], always)).toEqual(
    new Map([
      [LAKE, 103],
      [CLARK, 1],
    ]),
  );
  expect(await tally.below(reader, [2], always)).toEqual(
    new Map([
      [LAKE, 101],
      [CLARK, 1],
    ]),
  );
  // Between two known places, neither the beginning nor the sums are needed.
  expect(await new Tally({ topic: TOPIC, present: unknown }).below(reader, [3], always)).toBeNull();
});

test("without time nothing is counted, and what was counted before is kept", async () => {
  const reader = await entriesAt(LAKE, CLARK, LAKE);
  const tally = new Tally({ topic: TOPIC, present: unknown });
  expect(await tally.below(reader, [3], () => false)).toBeNull();
  await tally.below(reader, [3], always);
  expect(await tally.below(reader, [3], () => false)).toEqual(
    new Map([
      [LAKE, 2],
      [CLARK, 1],
    ]),
  );
});

test("a topic that was made again under its name begins again", async () => {
  const old = await entriesAt(LAKE, LAKE);
  const tally = new Tally({ topic: TOPIC, present: unknown });
  await tally.below(old, [2], always);
  const again = await entriesAt(CLARK, CLARK);
  const renamed: LogReader = {
    stop: () => again.stop(),
    look: async (at) => (await again.look(at)).map((one) => ({ ...one, topicId: "another" })),
  };
  expect(await tally.below(renamed, [2], always)).toEqual(new Map([[CLARK, 2]]));
});

test("anchors are bounded: of too many every second is dropped, and the farthest stay", () => {
  const anchors = new Anchors();
  for (let offset = 0; offset <= 1_000; offset++) anchors.put({ offset, counts: new Map() });
  expect(anchors.size).toBeLessThanOrEqual(128);
  expect([anchors.nearest(0)?.offset, anchors.nearest(2_000)?.offset]).toEqual([0, 1_000]);
  anchors.dropBelow(900);
  expect(anchors.nearest(0)?.offset).toBeGreaterThanOrEqual(900);
});

test("a count that comes to nothing is no count", () => {
  expect(moved(new Map([[LAKE, 2]]), new Map([[LAKE, 2]]), -1)).toEqual(new Map());
});
