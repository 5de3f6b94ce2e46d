import { expect, test } from "vitest";
import { brokerError, coded, isFenced } from "./errors.ts";

function protocolError(type: string, message = type): Error {
  return Object.assign(new Error(message), { type });
}

test("the broker's reason is found under kafkajs's wrappers", () => {
  const wrapped = new Error("retries exceeded", { cause: new Error("no", { cause: protocolError("X") }) });
  expect(brokerError(wrapped)).toBe("X");
  expect(brokerError("text")).toBeUndefined();
});

test.each([
  ["MESSAGE_TOO_LARGE", "KAFKA_RECORD_REFUSED", false],
  ["INVALID_TIMESTAMP", "KAFKA_RECORD_REFUSED", false],
  ["INVALID_PRODUCER_EPOCH", "KAFKA_FENCED", false],
  ["NOT_LEADER_FOR_PARTITION", "KAFKA_UNAVAILABLE", true],
  ["OUT_OF_ORDER_SEQUENCE_NUMBER", "KAFKA_UNAVAILABLE", true],
])("%s becomes %s", (type, code, retryable) => {
  expect(coded(protocolError(type), "writing")).toMatchObject({ code, retryable, context: { broker: type } });
});

test("an unknown error leaves the outcome unknown", () => {
  expect(coded(new Error("?"), "writing")).toMatchObject({ code: "KAFKA_UNAVAILABLE", retryable: true });
});

test("PRODUCER_FENCED, which kafkajs knows only by its number, is known", () => {
  expect(isFenced(protocolError("KAFKAJS_UNKNOWN_ERROR_CODE", "Unknown error code 90"))).toBe(true);
  expect(isFenced(protocolError("KAFKAJS_UNKNOWN_ERROR_CODE", "Unknown error code 91"))).toBe(false);
});
