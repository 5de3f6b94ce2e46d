import { beforeEach, expect, test } from "vitest";
import type { OutRecord, Producer, Written } from "../../infra/runtime/kafka/ports.ts";
import { CodedError } from "../../schemas/errors.ts";
import { KafkaSink, ROUND } from "./kafka-sink.ts";

/** One call of the producer. */
interface Sent {
  readonly names: readonly string[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const sent: Sent[] = [];
const settled: string[] = [];
let rooms = 0;
let sink: KafkaSink;

const producer: Producer = {
  waiting: 0,
  send: (records) =>
    new Promise<readonly Written[]>((resolve, reject) => {
      sent.push({ names: records.map(({ key }) => String(key)), resolve: () => resolve([]), reject });
    }),
  close: async () => {},
};

beforeEach(() => {
  sent.length = 0;
  settled.length = 0;
  rooms = 0;
  sink = new KafkaSink({
    producer,
    maxBytes: 10_000,
    onRoom: () => {
      rooms++;
    },
  });
});

function submit(name: string, wanted: () => boolean = () => true, size = 0): void {
  const record: OutRecord = { topic: "t", key: Buffer.from(name), value: Buffer.alloc(size) };
  sink.submit({ record, wanted, settled: (error) => settled.push(error ? `${name}:${error.code}` : name) });
}

/** Everything that is ready to run has run. */
async function quiet(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

const calls = (): string[] => sent.map(({ names }) => names.join(" "));

test("what was submitted in one turn shares a round; the next waits until it is settled", async () => {
  submit("a");
  submit("b");
  await quiet();
  submit("c");
  await quiet();
  expect(calls()).toEqual(["a b"]);
  expect(settled).toEqual([]);
  sent[0]?.resolve();
  await quiet();
  expect(settled).toEqual(["a", "b"]);
  expect(calls()).toEqual(["a b", "c"]);
});

const refusal = new CodedError("KAFKA_RECORD_REFUSED", { message: "x", retryable: false });
const outage = new CodedError("KAFKA_UNAVAILABLE", { message: "x", retryable: true });

test("what the broker refuses is found by halves, in order; the others are acknowledged", async () => {
  for (const name of ["a", "poison", "b", "c"]) submit(name);
  await quiet();
  submit("later");
  sent[0]?.reject(refusal);
  await quiet();
  expect(calls()).toEqual(["a poison b c", "a poison"]);
  sent[1]?.reject(refusal);
  await quiet();
  sent[2]?.resolve();
  await quiet();
  sent[3]?.reject(refusal);
  await quiet();
  expect(calls().slice(2)).toEqual(["a", "poison", "b c"]);
  sent[4]?.resolve();
  await quiet();
  expect(settled).toEqual(["a", "poison:KAFKA_RECORD_REFUSED", "b", "c"]);
  expect(calls().at(-1)).toBe("later");
});

test("when a half fails, what its connections sent behind it is not written before their replay", async () => {
  let open = true;
  sink.submit({
    record: { topic: "t", key: Buffer.from("1"), value: null },
    wanted: () => open,
    settled(error) {
      settled.push(`1:${error?.code}`);
      // As the publish gate does: the agent connects again and sends both once more.
      open = false;
    },
  });
  submit("poison");
  submit("2", () => open);
  submit("other");
  await quiet();
  sent[0]?.reject(refusal);
  await quiet();
  sent[1]?.reject(refusal);
  await quiet();
  expect(calls()).toEqual(["1 poison 2 other", "1 poison", "1"]);
  sent[2]?.reject(outage);
  await quiet();
  sent[3]?.reject(refusal);
  await quiet();
  expect(calls().slice(3)).toEqual(["poison", "other"]);
  sent[4]?.resolve();
  await quiet();
  expect(settled).toEqual(["1:KAFKA_UNAVAILABLE", "poison:KAFKA_RECORD_REFUSED", "other"]);
  expect(sink.waitingBytes).toBe(0);
});

test("what a failure made unwanted is never sent: nothing overtakes its replay", async () => {
  let open = true;
  const wanted = (): boolean => open;
  submit("a", wanted);
  await quiet();
  submit("b", wanted);
  submit("other");
  sent[0]?.reject(outage);
  open = false;
  await quiet();
  expect(calls()).toEqual(["a", "other"]);
  expect(settled).toEqual(["a:KAFKA_UNAVAILABLE"]);
});

test("an error of no known kind says nothing about the outcome", async () => {
  submit("a");
  await quiet();
  sent[0]?.reject(new TypeError("x"));
  await quiet();
  expect(settled).toEqual(["a:KAFKA_UNAVAILABLE"]);
});

test("full above its bound, and says when it has room again", async () => {
  submit("a", () => true, 6_000);
  expect(sink.full).toBe(false);
  submit("b", () => true, 6_000);
  expect(sink.full).toBe(true);
  await quiet();
  submit("c", () => true, 6_000);
  sent[0]?.resolve();
  await quiet();
  expect([sink.full, rooms]).toEqual([true, 0]);
  sent[1]?.resolve();
  await quiet();
  expect([sink.full, rooms, sink.waitingBytes]).toEqual([false, 1, 0]);
});

test("a round stays within one request", async () => {
  for (let i = 0; i < ROUND.records + 1; i++) submit(String(i));
  await quiet();
  expect(sent.map(({ names }) => names.length)).toEqual([ROUND.records]);
  sent[0]?.resolve();
  await quiet();
  expect(sent.map(({ names }) => names.length)).toEqual([ROUND.records, 1]);
  sent[1]?.resolve();
  await sink.idle();
  expect(settled).toHaveLength(ROUND.records + 1);
});
