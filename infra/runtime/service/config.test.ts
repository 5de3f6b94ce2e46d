import { expect, test } from "vitest";
import { z } from "zod";
import { CodedError } from "../../../schemas/errors.ts";
import { brokerList, flag, httpUrl, port, readConfig } from "./config.ts";

const schema = z.object({
  KAFKA_BROKERS: brokerList,
  SCHEMA_REGISTRY_URL: httpUrl.default("http://127.0.0.1:8081"),
  MQTT_PORT: port.default(1883),
  TLS: flag.default(false),
  STATION: z.string({ error: "give a station" }),
  API_TOKEN: z.string().min(8, "at least 8 characters").optional(),
});

function problem(env: Record<string, string>): string {
  try {
    readConfig(schema, env);
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    return (error as CodedError).message;
  }
  throw new Error("was accepted");
}

test("values come from the environment, empty ones count as not set, the result is frozen", () => {
  const config = readConfig(schema, {
    KAFKA_BROKERS: "a:1, b:2",
    MQTT_PORT: "",
    TLS: "on",
    STATION: "40380",
  });
  expect(config).toEqual({
    KAFKA_BROKERS: ["a:1", "b:2"],
    SCHEMA_REGISTRY_URL: "http://127.0.0.1:8081",
    MQTT_PORT: 1883,
    TLS: true,
    STATION: "40380",
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test("an error names the variable, its value and the fix, for each that is wrong", () => {
  const text = problem({
    KAFKA_BROKERS: "localhost",
    SCHEMA_REGISTRY_URL: "localhost:8081",
    MQTT_PORT: "70000",
  });
  expect(text).toContain('KAFKA_BROKERS is "localhost": give host:port');
  expect(text).toContain('SCHEMA_REGISTRY_URL is "localhost:8081": give a URL');
  expect(text).toContain('MQTT_PORT is "70000": ports end at 65535');
});

test("a missing variable is said to be not set", () => {
  expect(problem({})).toContain("STATION is not set");
});

test("a secret's value is never shown", () => {
  const text = problem({ KAFKA_BROKERS: "a:1", API_TOKEN: "hunter2" });
  expect(text).toContain("API_TOKEN is set: at least 8 characters");
  expect(text).not.toContain("hunter2");
});
