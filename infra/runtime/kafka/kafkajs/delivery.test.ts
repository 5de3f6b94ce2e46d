import kafkajs from "kafkajs";
import { beforeEach, expect, test } from "vitest";
import type { OutRecord, Written } from "../ports.ts";
import { deliver, type SendCall, withoutOvertaking } from "./delivery.ts";

const settled: string[] = [];
const requests: string[] = [];

beforeEach(() => {
  settled.length = 0;
  requests.length = 0;
});

/** A call of one record: its key, then anything. */
function call(name: string, key: string | null = name.charAt(0)): SendCall {
  const record: OutRecord = {
    topic: "t",
    key: key === null ? null : Buffer.from(key),
    value: Buffer.from(name),
  };
  return {
    records: [record],
    bytes: 0,
    resolve: (written) => settled.push(`${name}@${written[0]?.offset}`),
    reject: (error) => settled.push(`${name}:${error.code}`),
  };
}

/** A broker that refuses requests with a record of "poison", and fails once it was sent "lost" alone. */
function broker() {
  let offset = 0;
  return async (records: readonly OutRecord[]): Promise<readonly Written[]> => {
    const names = records.map(({ value }) => String(value));
    requests.push(names.join(" "));
    if (names.some((name) => name.includes("poison"))) {
      throw Object.assign(new kafkajs.KafkaJSError("too large"), { type: "MESSAGE_TOO_LARGE" });
    }
    if (names.includes("a-lost")) throw new kafkajs.KafkaJSError("no reply");
    return records.map(() => ({ partition: 0, offset: offset++ }));
  };
}

test("each call of a request gets its own places", async () => {
  await deliver([call("a1"), call("b1")], broker());
  expect(settled).toEqual(["a1@0", "b1@1"]);
});

test("what the broker refuses is found by halves, and its neighbours are written in order", async () => {
  const unknown = await deliver([call("a1"), call("poison"), call("b1"), call("c1")], broker());
  expect(requests).toEqual(["a1 poison b1 c1", "a1 poison", "a1", "poison", "b1 c1"]);
  expect(settled).toEqual(["a1@0", "poison:KAFKA_RECORD_REFUSED", "b1@1", "c1@2"]);
  expect(unknown.size).toBe(0);
});

test("a record does not overtake the one of its key before it whose outcome is unknown", async () => {
  const queued = [call("a3"), call("b2"), call("n", null)];
  const unknown = await deliver([call("a-lost"), call("poison"), call("a2"), call("b1")], broker());
  expect(requests.slice(1)).toEqual(["a-lost poison", "a-lost", "poison", "b1"]);
  expect(settled).toEqual([
    "a-lost:KAFKA_UNAVAILABLE",
    "poison:KAFKA_RECORD_REFUSED",
    "a2:KAFKA_UNAVAILABLE",
    "b1@0",
  ]);
  expect(withoutOvertaking(queued, unknown)).toEqual([queued[1], queued[2]]);
  expect(settled.at(-1)).toBe("a3:KAFKA_UNAVAILABLE");
});
