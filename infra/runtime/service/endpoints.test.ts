import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DEFAULT_ENDPOINTS, homeOf, writeEndpoints } from "./endpoints.ts";
import { resolveEndpoints } from "./precedence.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "endpoints-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test("without a running system the defaults hold", () => {
  expect(resolveEndpoints({ ELEVATED_HOME: home })).toEqual(DEFAULT_ENDPOINTS);
});

test("the running system's file beats the defaults, the environment beats the file", () => {
  writeEndpoints(home, { KAFKA_BROKERS: "127.0.0.1:4001", MQTT_URL: "mqtt://127.0.0.1:4002" });
  const found = resolveEndpoints({ ELEVATED_HOME: home, MQTT_URL: "mqtt://elsewhere:1883" });
  expect(found.KAFKA_BROKERS).toBe("127.0.0.1:4001");
  expect(found.MQTT_URL).toBe("mqtt://elsewhere:1883");
  expect(found.KSQLDB_URL).toBe(DEFAULT_ENDPOINTS.KSQLDB_URL);
});

test("a damaged file counts as none", () => {
  writeEndpoints(home, { KAFKA_BROKERS: "127.0.0.1:4001" });
  writeFileSync(join(home, "run", "endpoints.json"), '{"KAFKA_BRO');
  expect(resolveEndpoints({ ELEVATED_HOME: home }).KAFKA_BROKERS).toBe(DEFAULT_ENDPOINTS.KAFKA_BROKERS);
});

test("the home is absolute, .elevated where the command runs unless told", () => {
  expect(homeOf({})).toBe(join(process.cwd(), ".elevated"));
  expect(homeOf({ ELEVATED_HOME: "/var/lib/elevated" })).toBe("/var/lib/elevated");
});
