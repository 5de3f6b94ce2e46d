import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ensureAgentSecrets, homePasswords } from "../infra/runtime/security/agent-secrets.ts";
import { edgeConfig } from "./config.ts";

const home = mkdtempSync(join(tmpdir(), "edge-config-"));
afterAll(() => rmSync(home, { recursive: true }));
const env = { ELEVATED_HOME: home };

test("a list of gateways, and the lines of a device server", () => {
  const config = edgeConfig({
    ...env,
    MQTT_URL: "mqtt://a:1883, mqtts://b:8883",
    SERIAL_LINK: "tcp://sim:4001",
  });
  expect(config.gateways()).toEqual(["mqtt://a:1883", "mqtts://b:8883"]);
  expect(config.link).toEqual({ host: "sim", port: 4001 });
  expect(edgeConfig(env).link).toBeUndefined();
});

test("a station's own password comes before the one for all", () => {
  const file = join(home, "passwords.json");
  writeFileSync(file, '{"40380": "its own"}');
  const { mqtt } = edgeConfig({ ...env, MQTT_PASSWORD: "for all", MQTT_PASSWORDS_FILE: file });
  expect(mqtt.passwordOf?.("40380")).toBe("its own");
  expect(mqtt.passwordOf?.("41400")).toBe("for all");
  expect(edgeConfig(env).mqtt.passwordOf?.("40380")).toBeUndefined();
});

const file = join(home, "secret.txt");
test("without a password the home's own is said, to gateways on this machine only", async () => {
  await ensureAgentSecrets(home, ["40380"]);
  const own = homePasswords(home)("40380");
  const said = (settings: Record<string, string>) =>
    edgeConfig({ ...env, ...settings }).mqtt.passwordOf?.("40380");
  expect(own).toBeDefined();
  expect(said({})).toBe(own);
  expect(said({ MQTT_URL: "mqtt://localhost:1884,mqtts://[::1]:8883" })).toBe(own);
  expect(said({ MQTT_URL: "mqtt://localhost:1884,mqtt://elsewhere:1883" })).toBeUndefined();
  expect(said({ MQTT_PASSWORD: "mine" })).toBe("mine");
});

test.each([
  [{ MQTT_URL: "http://a" }, "give mqtt://host:port, mqtts://, ws:// or wss://"],
  [{ SERIAL_LINK: "sim:4001" }, "give tcp://host:port"],
  [{ MQTT_CA_FILE: "/nowhere/ca.pem" }, "MQTT_CA_FILE"],
  [{ MQTT_PASSWORDS_FILE: file }, 'not JSON of the form {"40380": "password", …}'],
])("%j is refused with what would do, and no secret is told", (settings, message) => {
  writeFileSync(file, "swordfish");
  const read = (): unknown => edgeConfig({ ...env, ...settings });
  expect(read).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  expect(read).toThrow(message);
  expect(read).not.toThrow("swordfish");
});
