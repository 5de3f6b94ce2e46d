import { expect, test } from "vitest";
import { positionText } from "../../infra/runtime/kafka/loop/offsets.ts";
import { OFFSET_KEY } from "../../infra/runtime/kafka/ports.ts";
import { memoryKafka } from "../../infra/runtime/kafka/testing/memory.ts";
import { QueryProgress } from "./query-progress.ts";

const SOURCE = "turnstiles";
const QUERY = "_elevated-ksql-default_query_CTAS_SUMS_1";
const [FIRST, SECOND, BETWEEN] = [`${QUERY}-regroup-changelog`, `${QUERY}-changelog`, `${QUERY}-repartition`];

/** A query of two loops: the first brings groups together in a topic, the second counts what is there. */
async function world() {
  const kafka = memoryKafka();
  const admin = await kafka.admin();
  const specs = [SOURCE, FIRST, SECOND, BETWEEN].map((topic) => ({ topic, partitions: 2 }));
  await admin.ensureTopics(specs);
  const progress = new QueryProgress(admin, kafka.logReader({ headers: [] }));
  return {
    cuts: async () => {
      const cuts = await progress.of(SOURCE);
      return cuts && Object.fromEntries(cuts);
    },
    /** A loop says how far it is. */
    async commits(changelog: string, partition: number, input: string, next: number, topicId?: string) {
      const position = { next, topicId: topicId ?? (await admin.topicId(input)) };
      const key = Buffer.from(OFFSET_KEY + input);
      kafka.append([{ topic: changelog, partition, key, value: Buffer.from(positionText(position)) }]);
    },
    passesOn: (partition: number) =>
      kafka.append([{ topic: BETWEEN, partition, key: null, value: Buffer.from("change") }]),
  };
}

test("a query that has committed nothing tells no cut", async () => {
  const { cuts } = await world();
  expect(await cuts()).toBeUndefined();
});

test("what the first loop has committed is in the table once the second is through with it", async () => {
  const { cuts, commits, passesOn } = await world();
  await commits(FIRST, 0, SOURCE, 5);
  passesOn(1);
  passesOn(1);
  await commits(SECOND, 1, BETWEEN, 1);
  expect(await cuts()).toBeUndefined();
  await commits(SECOND, 1, BETWEEN, 2);
  expect(await cuts()).toEqual({ 0: 5 });
});

test("at a first start the second loop has committed nothing yet: there is no cut", async () => {
  const { cuts, commits, passesOn } = await world();
  await commits(FIRST, 0, SOURCE, 5);
  passesOn(0);
  expect(await cuts()).toBeUndefined();
});

test("the second loop has begun with one partition only: there is no cut", async () => {
  const { cuts, commits, passesOn } = await world();
  await commits(FIRST, 0, SOURCE, 5);
  passesOn(0);
  passesOn(1);
  await commits(SECOND, 0, BETWEEN, 1);
  expect(await cuts()).toBeUndefined();
});

test("a partition to which nothing was passed on holds nothing up", async () => {
  const { cuts, commits, passesOn } = await world();
  await commits(FIRST, 0, SOURCE, 5);
  await commits(FIRST, 1, SOURCE, 7);
  passesOn(0);
  await commits(SECOND, 0, BETWEEN, 1);
  expect(await cuts()).toEqual({ 0: 5, 1: 7 });
});

test("a query that counts in one step has in its table what it has committed", async () => {
  const { cuts, commits } = await world();
  await commits(SECOND, 0, SOURCE, 5);
  expect(await cuts()).toEqual({ 0: 5 });
});

test("a query that counted in one step and counts in two now: the farther one tells", async () => {
  const { cuts, commits } = await world();
  await commits(SECOND, 0, SOURCE, 5);
  await commits(SECOND, 1, SOURCE, 6);
  await commits(FIRST, 0, SOURCE, 8);
  expect(await cuts()).toEqual({ 0: 8, 1: 6 });
});

test("a position in another topic of the same name is none", async () => {
  const { cuts, commits } = await world();
  await commits(FIRST, 0, SOURCE, 5, "of the topic that was deleted");
  await commits(FIRST, 1, SOURCE, 7);
  expect(await cuts()).toEqual({ 1: 7 });
});
