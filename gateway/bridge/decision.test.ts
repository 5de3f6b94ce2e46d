import { beforeAll, describe, expect, test } from "vitest";
import {
  agentStateTopic,
  deviceStateTopic,
  LIMITS,
  readingsTopic,
  refusedTopic,
} from "../../schemas/mqtt.ts";
import { partitionOf, TOPICS } from "../../schemas/topics.ts";
import { testDecider } from "../testing/records.ts";
import {
  agentState,
  batch,
  decoded,
  deviceState,
  json,
  OTHER_STATION,
  payload,
  rawValue,
  STATION,
} from "../testing/samples.ts";
import type { Decider, Decision, Origin, Publication } from "./decision.ts";

let decider: Decider;
beforeAll(async () => {
  decider = await testDecider(5_000);
});

const ORIGIN: Origin = { stationId: STATION, generation: 7, address: "127.0.0.1:4711" };

function publish(topic: string, bytes: Buffer, overrides: Partial<Publication> = {}): Decision {
  return decider.decide(ORIGIN, { topic, payload: bytes, qos: 1, retain: false, ...overrides });
}

const READINGS = readingsTopic(STATION);

test("a batch becomes one raw record: the same bytes behind the registry's header", () => {
  const bytes = payload(batch(7, { size: 3 }));
  const decision = publish(READINGS, bytes);
  expect(decision).toMatchObject({
    kind: "forward",
    readings: 3,
    delayMs: 5_000,
    record: {
      topic: TOPICS.raw,
      partition: partitionOf(STATION, 2),
      headers: { "gateway-time": "5000" },
    },
  });
  if (decision.kind !== "forward") return;
  expect(decision.record.value?.subarray(5)).toEqual(bytes.subarray(10));
  expect(rawValue(decision.record.value).batchId).toBe(7);
  expect(decoded("station-id", decision.record.key)).toBe(STATION);
});

test("states of devices and agents become records of the devices topic, keyed by id", () => {
  const cases = [
    [deviceStateTopic(STATION, `${STATION}-T1`), deviceState()],
    [agentStateTopic(STATION), agentState()],
  ] as const;
  for (const [topic, state] of cases) {
    const decision = publish(topic, json(state));
    expect(decision).toMatchObject({ kind: "forward", record: { topic: TOPICS.devices } });
    if (decision.kind !== "forward") continue;
    expect(decoded("device-state", decision.record.value)).toMatchObject({
      ...state,
      order: { ...state.order, generation: 7 },
      address: state.kind === "agent" ? ORIGIN.address : "",
    });
    expect(decoded("device-id", decision.record.key)).toBe(state.id);
  }
});

test("a state waits for its session's generation, which is never its sender's to say; one that can never pass does not", () => {
  const waiting: Origin = { ...ORIGIN, generation: undefined };
  const forged = { ...deviceState(), order: { ...deviceState().order, generation: 99 }, address: "x" };
  const packet = { topic: deviceStateTopic(STATION, `${STATION}-T1`), qos: 1, retain: false };
  const said = { ...packet, payload: json(forged) };
  expect(decider.decide(waiting, said)).toEqual({ kind: "wait" });
  expect(decider.decide(waiting, { ...packet, payload: Buffer.from("{") }).kind).toBe("dead");
  expect(decider.decide(waiting, { ...packet, topic: READINGS, payload: payload(batch(1)) }).kind).toBe(
    "forward",
  );
  const decision = decider.decide(ORIGIN, said);
  if (decision.kind !== "forward") throw new Error(decision.kind);
  expect(decoded("device-state", decision.record.value)).toMatchObject({
    address: "",
    order: { generation: 7 },
  });
});

describe("content that can never pass goes to the dead letter", () => {
  const good = payload(batch(1));
  const unknownFingerprint = Buffer.from(good);
  unknownFingerprint[4] = (good[4] ?? 0) ^ 1;
  const cases: Record<string, readonly [string, Buffer, string]> = {
    "undecodable bytes": [READINGS, good.subarray(0, 15), "AVRO_INVALID"],
    "an empty payload": [READINGS, Buffer.alloc(0), "AVRO_INVALID"],
    "an unknown fingerprint": [READINGS, unknownFingerprint, "AVRO_INVALID"],
    "another station's batch": [READINGS, payload(batch(1, { stationId: OTHER_STATION })), "BATCH_INVALID"],
    "another station's device": [READINGS, payload(batch(1, { deviceId: "40900-T1" })), "BATCH_INVALID"],
    "a state that is not JSON": [agentStateTopic(STATION), Buffer.from("{"), "STATE_INVALID"],
    "a state with a missing member": [
      agentStateTopic(STATION),
      json({ ...agentState(), order: undefined }),
      "STATE_INVALID",
    ],
    "a state of another device than the topic says": [
      deviceStateTopic(STATION, `${STATION}-T2`),
      json(deviceState()),
      "STATE_INVALID",
    ],
    "a state of another station's device": [
      deviceStateTopic(STATION, "40900-T1"),
      json(deviceState({ id: "40900-T1", stationId: OTHER_STATION })),
      "STATE_INVALID",
    ],
    "an agent's state as a device's": [
      deviceStateTopic(STATION, `${STATION}-T1`),
      json(agentState()),
      "STATE_INVALID",
    ],
  };
  for (const [name, [topic, bytes, code]] of Object.entries(cases)) {
    test(name, () => {
      const decision = publish(topic, bytes);
      expect(decision).toMatchObject({ kind: "dead", error: { code }, record: { topic: TOPICS.deadLetter } });
      if (decision.kind !== "dead") return;
      const letter = decoded("dead-letter", decision.record.value);
      expect(letter).toMatchObject({ origin: topic, where: "gateway", code, length: bytes.length });
    });
  }
});

describe("what breaks a rule of the protocol is refused", () => {
  const good = payload(batch(9));
  const huge = payload(batch(9, { size: 40_000 }));
  const cases: Record<string, readonly [string, Buffer, Partial<Publication>, Partial<Decision>]> = {
    "another station's topic": [readingsTopic(OTHER_STATION), good, {}, { reason: "foreign-topic" }],
    "the refusals' own topic": [refusedTopic(STATION), good, {}, { reason: "foreign-topic" }],
    "a topic of no station": ["x", good, {}, { reason: "foreign-topic" }],
    "QoS 0": [
      READINGS,
      good,
      { qos: 0 },
      { reason: "qos", refusal: { batchId: 9, code: "GATEWAY_REFUSED", permanent: false } },
    ],
    "QoS 2 of a state": [agentStateTopic(STATION), json(agentState()), { qos: 2 }, { reason: "qos" }],
    retained: [
      READINGS,
      good,
      { retain: true },
      { reason: "retained", refusal: { batchId: 9, code: "GATEWAY_REFUSED", permanent: false } },
    ],
    "a batch above the limit, for good, so that the agent halves it": [
      READINGS,
      huge,
      {},
      { reason: "oversized", refusal: { batchId: 9, code: "BATCH_INVALID", permanent: true } },
    ],
    "bytes above the limit that are no batch": [
      READINGS,
      Buffer.alloc(LIMITS.payloadBytes + 1, 0xff),
      {},
      { reason: "oversized" },
    ],
  };
  for (const [name, [topic, bytes, overrides, expected]] of Object.entries(cases)) {
    test(name, () => expect(publish(topic, bytes, overrides)).toEqual({ kind: "refuse", ...expected }));
  }
});

test("a batch larger than Kafka takes now is told what would pass, before it is sent there", async () => {
  const narrow = await testDecider(5_000, 4_000);
  const large = payload(batch(9, { size: 1_000 }));
  expect(narrow.decide(ORIGIN, { topic: READINGS, payload: large, qos: 1, retain: false })).toEqual({
    kind: "refuse",
    reason: "kafka-limit",
    refusal: { batchId: 9, code: "KAFKA_RECORD_REFUSED", permanent: false, maxBytes: 4_000 },
  });
  const small = payload(batch(9, { size: 50 }));
  expect(narrow.decide(ORIGIN, { topic: READINGS, payload: small, qos: 1, retain: false }).kind).toBe(
    "forward",
  );
});
