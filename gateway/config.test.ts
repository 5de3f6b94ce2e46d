import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureAgentSecrets, secretFilesOf } from "../infra/runtime/security/agent-secrets.ts";
import { LIMITS } from "../schemas/mqtt.ts";
import { gatewayConfig } from "./config.ts";

const HOME = { ELEVATED_HOME: "/nowhere" };

test("without settings it listens on loopback, on MQTT's port", () => {
  expect(gatewayConfig(HOME)).toMatchObject({
    host: "127.0.0.1",
    port: 1883,
    credentialsFile: undefined,
    maxPayloadBytes: LIMITS.payloadBytes,
  });
});

test.each(["0.0.0.0", "::", "10.0.0.1", "gateway.example"])("%s without passwords is refused", (host) => {
  expect(() => gatewayConfig({ ...HOME, MQTT_HOST: host })).toThrow(
    expect.objectContaining({ code: "CONFIG_INVALID" }),
  );
  expect(gatewayConfig({ ...HOME, MQTT_HOST: host, MQTT_CREDENTIALS_FILE: "f" }).host).toBe(host);
});

test("the limits must nest: an agent's batch < MQTT's payload < Kafka's record", () => {
  for (const bytes of [LIMITS.batchBytes, LIMITS.recordBytes]) {
    expect(() => gatewayConfig({ ...HOME, MQTT_MAX_PAYLOAD: String(bytes) })).toThrow(/MQTT_MAX_PAYLOAD/);
  }
});

test("a home's own passwords are asked for, which lets others in too", async () => {
  const home = mkdtempSync(join(tmpdir(), "gateway-config-"));
  await ensureAgentSecrets(home, ["40380"]);
  const env = { ELEVATED_HOME: home };
  const own = secretFilesOf(home).credentials;
  expect(gatewayConfig({ ...env, MQTT_HOST: "0.0.0.0" })).toMatchObject({
    open: false,
    credentialsFile: own,
  });
  expect(gatewayConfig({ ...env, MQTT_CREDENTIALS_FILE: "f" }).credentialsFile).toBe("f");
  rmSync(home, { recursive: true });
});
