import { expect, test } from "vitest";
import {
  agentStateTopic,
  deviceStateTopic,
  LIMITS,
  parseMqttTopic,
  readingsTopic,
  refusedTopic,
} from "./mqtt.ts";

test("every topic we build is parsed back", () => {
  expect(parseMqttTopic(readingsTopic(40380))).toEqual({ kind: "readings", stationId: 40380 });
  expect(parseMqttTopic(refusedTopic(40380))).toEqual({ kind: "refused", stationId: 40380 });
  expect(parseMqttTopic(agentStateTopic(40380))).toEqual({
    kind: "state",
    stationId: 40380,
    subject: "agent",
  });
  expect(parseMqttTopic(deviceStateTopic(40380, "40380-blue-A1"))).toEqual({
    kind: "state",
    stationId: 40380,
    subject: "40380-blue-A1",
  });
});

test("what is not one of ours is not taken for one", () => {
  const foreign = [
    "",
    "cta/v1/40380",
    "cta/v1/40380/readings/x",
    "cta/v1/4038/readings",
    "x/cta/v1/40380/readings",
  ];
  for (const topic of [
    ...foreign,
    "cta/v1/40380/a/b/state",
    "cta/v1/40380/#",
    `cta/v1/40380/${"d".repeat(33)}/state`,
  ]) {
    expect(parseMqttTopic(topic)).toBeUndefined();
  }
});

test("the limits nest: an agent's batch fits the gateway's packet, that fits Kafka's record", () => {
  expect(LIMITS.batchBytes).toBeLessThan(LIMITS.payloadBytes);
  expect(LIMITS.payloadBytes).toBeLessThan(LIMITS.recordBytes);
});
