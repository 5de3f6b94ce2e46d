import { beforeEach, expect, test } from "vitest";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { ManualClock } from "../../infra/runtime/testing/manual-clock.ts";
import { CodedError } from "../../schemas/errors.ts";
import { agentStateTopic, deviceStateTopic, readingsTopic } from "../../schemas/mqtt.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { PausedSink } from "../testing/paused-sink.ts";
import { testDecider } from "../testing/records.ts";
import { agentState, batch, decoded, deviceState, json, payload, STATION } from "../testing/samples.ts";
import type { AckQueue, Peer } from "./ack-queue.ts";
import { PublishGate } from "./publish-gate.ts";

let clock: ManualClock;
let sink: PausedSink;
let gate: PublishGate;
const events: unknown[] = [];
let generation: number | undefined;

const LOST = new CodedError("KAFKA_UNAVAILABLE", { message: "no answer", retryable: true });
const NEVER = new CodedError("KAFKA_RECORD_REFUSED", {
  message: "too large",
  retryable: false,
  context: { broker: "MESSAGE_TOO_LARGE" },
});

beforeEach(async () => {
  events.length = 0;
  generation = 7;
  clock = new ManualClock();
  sink = new PausedSink();
  gate = new PublishGate({
    decider: await testDecider(),
    sink,
    clock,
    logger: silentLogger,
    maxInFlight: 4,
    onKafkaLimit: () => events.push("limit"),
    meter: {
      published: () => {},
      waited: () => {},
      delayed: () => {},
      serialDelayed: () => {},
      deadLetter: (code) => events.push({ dead: code }),
    },
  });
});

function agent(clientId = "a", patienceMs = 1_000): AckQueue {
  const peer: Peer = {
    clientId,
    stationId: STATION,
    address: "127.0.0.1:4711",
    get generation() {
      return generation;
    },
    begin: () => events.push("begin"),
    patienceMs,
    dismiss: (cause, refusal) => events.push(refusal ? { dismiss: cause, refusal } : { dismiss: cause }),
  };
  return gate.open(peer);
}

function publish(queue: AckQueue, id: number, bytes = payload(batch(id)), qos = 1): void {
  const packet = { topic: readingsTopic(STATION), payload: bytes, qos, retain: false };
  gate.accept(queue, packet, () => events.push({ puback: id }));
}

const POISON = Buffer.from("poison");

test("no PUBACK leaves before Kafka has the packet", () => {
  publish(agent(), 1);
  expect(events).toEqual([]);
  sink.settle(0);
  expect(events).toEqual([{ puback: 1 }]);
});

test("PUBACKs leave in the order of the packets, whatever order Kafka answers in", () => {
  const queue = agent();
  for (const id of [1, 2, 3]) publish(queue, id);
  sink.settle(2);
  sink.settle(1);
  expect(events).toEqual([]);
  sink.settle(0);
  expect(events).toEqual([{ puback: 1 }, { puback: 2 }, { puback: 3 }]);
});

test("one connection does not wait for another", () => {
  publish(agent("a"), 1);
  publish(agent("b"), 2);
  sink.settle(1);
  expect(events).toEqual([{ puback: 2 }]);
});

test("poison between good ones: dead-lettered, acknowledged in its place, the others pass", () => {
  const queue = agent();
  publish(queue, 1);
  publish(queue, 2, POISON);
  publish(queue, 3);
  expect(sink.submissions.map((s) => s.record.topic)).toEqual([TOPICS.raw, TOPICS.deadLetter, TOPICS.raw]);
  for (const i of [0, 1, 2]) sink.settle(i);
  expect(events).toEqual([{ dead: "AVRO_INVALID" }, { puback: 1 }, { puback: 2 }, { puback: 3 }]);
});

test("a state that Kafka never takes goes to the dead letter and is acknowledged then", () => {
  const queue = agent();
  const packet = { topic: agentStateTopic(STATION), payload: json(agentState()), qos: 1, retain: false };
  gate.accept(queue, packet, () => events.push({ puback: 1 }));
  sink.settle(0, NEVER);
  expect(events).toEqual([{ dead: "KAFKA_RECORD_REFUSED" }]);
  expect(sink.submissions[1]?.record.topic).toBe(TOPICS.deadLetter);
  sink.settle(1);
  expect(events.at(-1)).toEqual({ puback: 1 });
});

test("when not even the dead letter takes it, it is refused for good", () => {
  publish(agent(), 1, POISON);
  sink.settle(0, NEVER);
  expect(events.at(-1)).toMatchObject({ dismiss: "dead-letter" });
});

test("sound readings that Kafka finds too large are no dead letter: their agent is told to send half", () => {
  const queue = agent();
  publish(queue, 1);
  const large = payload(batch(2, { size: 200 }));
  publish(queue, 2, large);
  publish(queue, 3);
  sink.settle(1, NEVER);
  expect(sink.submissions).toHaveLength(3);
  expect(events).toEqual(["limit"]);
  sink.settle(0);
  expect(events.slice(1)).toEqual([
    { puback: 1 },
    {
      dismiss: "kafka-limit",
      refusal: { batchId: 2, code: "KAFKA_RECORD_REFUSED", permanent: false, maxBytes: large.length >> 1 },
    },
  ]);
});

test("a sound reading that Kafka refuses alone, or for another reason, waits at its agent", () => {
  publish(agent("a"), 1);
  sink.settle(0, NEVER);
  const invalid = new CodedError("KAFKA_RECORD_REFUSED", {
    message: "x",
    retryable: false,
    context: { broker: "INVALID_RECORD" },
  });
  publish(agent("b"), 2, payload(batch(2, { size: 200 })));
  sink.settle(1, invalid);
  const refusal = { code: "KAFKA_RECORD_REFUSED", permanent: false };
  expect(events.filter((event) => event !== "limit")).toEqual([
    { dismiss: "kafka-limit", refusal: { batchId: 1, ...refusal } },
    { dismiss: "kafka-limit", refusal: { batchId: 2, ...refusal } },
  ]);
});

test("a refusal waits its turn; what follows it is neither written nor acknowledged", () => {
  const queue = agent();
  publish(queue, 1);
  publish(queue, 2, payload(batch(2)), 0);
  publish(queue, 3);
  expect(events).toEqual([]);
  expect(sink.submissions).toHaveLength(1);
  sink.settle(0);
  expect(events).toEqual([
    { puback: 1 },
    { dismiss: "qos", refusal: { batchId: 2, code: "GATEWAY_REFUSED", permanent: false } },
  ]);
  publish(queue, 4);
  expect(sink.submissions).toHaveLength(1);
});

test("an unknown outcome closes the connection, once, and what waits behind it is skipped", () => {
  const queue = agent();
  publish(queue, 1);
  publish(queue, 2);
  sink.settle(0, LOST);
  expect(events).toEqual([{ dismiss: "kafka" }]);
  expect(sink.submissions[1]?.wanted()).toBe(false);
  sink.settle(1);
  expect(events).toEqual([{ dismiss: "kafka" }]);
});

test("the wait is bounded: then the connection is closed and nothing more leaves", () => {
  const queue = agent("a", 1_000);
  publish(queue, 1);
  clock.advance(600);
  publish(queue, 2);
  clock.advance(399);
  gate.sweep();
  expect(events).toEqual([]);
  clock.advance(1);
  gate.sweep();
  expect(events).toEqual([{ dismiss: "timeout" }]);
  sink.settle(0);
  sink.settle(1);
  gate.sweep();
  expect(events).toEqual([{ dismiss: "timeout" }]);
});

test("the bound is each packet's own: progress keeps the connection", () => {
  const queue = agent("a", 1_000);
  publish(queue, 1);
  clock.advance(600);
  publish(queue, 2);
  sink.settle(0);
  clock.advance(600);
  gate.sweep();
  expect(events).toEqual([{ puback: 1 }]);
});

test("a dead connection's waiting packets are skipped", () => {
  const queue = agent();
  publish(queue, 1);
  gate.close(queue);
  expect(sink.submissions[0]?.wanted()).toBe(false);
  sink.settle(0);
  clock.advance(10_000);
  gate.sweep();
  expect(events).toEqual([]);
});

test("too many in flight: the one too many is refused in its turn", () => {
  const queue = agent();
  for (const id of [1, 2, 3, 4, 5, 6]) publish(queue, id);
  expect(sink.submissions).toHaveLength(4);
  for (const i of [0, 1, 2, 3]) sink.settle(i);
  expect(events).toEqual([
    ...[1, 2, 3, 4].map((puback) => ({ puback })),
    { dismiss: "in-flight", refusal: { batchId: 5, code: "GATEWAY_REFUSED", permanent: false } },
  ]);
});

test("states wait for the session's generation in their place; readings behind them are written, not acknowledged", () => {
  generation = undefined;
  const queue = agent();
  const state = (n: number): void => {
    const bytes = json(deviceState({ order: { agentBoot: 1, connection: 1, n } }));
    const packet = {
      topic: deviceStateTopic(STATION, `${STATION}-T1`),
      payload: bytes,
      qos: 1,
      retain: false,
    };
    gate.accept(queue, packet, () => events.push({ puback: `state ${n}` }));
  };
  state(1);
  publish(queue, 2);
  state(3);
  expect(events).toEqual(["begin", "begin"]);
  expect(sink.submissions.map((s) => s.record.topic)).toEqual([TOPICS.raw]);
  sink.settle(0);
  generation = 9;
  gate.resume(queue);
  expect(sink.submissions.map((s) => s.record.topic)).toEqual([TOPICS.raw, TOPICS.devices, TOPICS.devices]);
  const numbers = sink.submissions.slice(1).map(({ record }) => decoded("device-state", record.value));
  expect(numbers).toMatchObject([{ order: { n: 1, generation: 9 } }, { order: { n: 3, generation: 9 } }]);
  expect(events).toHaveLength(2);
  sink.settle(2);
  sink.settle(1);
  expect(events.slice(2)).toEqual([{ puback: "state 1" }, { puback: 2 }, { puback: "state 3" }]);
});

test("a state that waits for its generation is bounded like any other packet", () => {
  generation = undefined;
  const queue = agent("a", 1_000);
  const packet = { topic: agentStateTopic(STATION), payload: json(agentState()), qos: 1, retain: false };
  gate.accept(queue, packet, () => {});
  clock.advance(1_000);
  gate.sweep();
  expect(events).toEqual(["begin", { dismiss: "timeout" }]);
  generation = 9;
  gate.resume(queue);
  expect(sink.submissions).toEqual([]);
});
