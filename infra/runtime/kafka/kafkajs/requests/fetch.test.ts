import { expect, test } from "vitest";
import { fetchRequest } from "./fetch.ts";

const TOPIC = "0123456789abcdef0123456789abcdef";
const LIMITS = { maxWaitMs: 0, maxBytes: 1, maxPartitionBytes: 1 };

test.each([
  ["the leadership that is meant", { leaderEpoch: 5 }, 5],
  ["any leadership", {}, -1],
])("a partition is asked for under %s (KIP-320)", async (_, leadership, epoch) => {
  const partitions = [{ partition: 3, from: 7, ...leadership }];
  const { buffer } = await fetchRequest([{ topicId: TOPIC, partitions }], LIMITS).request.encode();
  const asked = Buffer.alloc(16);
  asked.writeInt32BE(3);
  asked.writeInt32BE(epoch, 4);
  asked.writeBigInt64BE(7n, 8);
  expect(buffer.includes(asked)).toBe(true);
});
