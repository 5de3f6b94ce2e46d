import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { writeEndpoints } from "./endpoints.ts";
import type { Environment } from "./environment.ts";
import type { RunningSystem } from "./systems.ts";
import { type Address, foreignAddresses, homeSpokenTo, refuseForeign } from "./whose.ts";

const home = mkdtempSync(join(tmpdir(), "elevated-whose-"));
const used = mkdtempSync(join(tmpdir(), "elevated-whose-"));
afterAll(() => {
  for (const folder of [home, used]) rmSync(folder, { recursive: true, force: true });
});
writeEndpoints(used, { KAFKA_BROKERS: "127.0.0.1:21001,127.0.0.1:21002" });

const env = { ELEVATED_HOME: home };
const other: RunningSystem = {
  pid: 7,
  home: "/srv/other",
  url: null,
  addresses: ["127.0.0.1:9092", "http://127.0.0.1:8083", "127.0.0.1:21002"],
};
const foreign = (
  names: readonly Address[],
  where: Environment,
  systems: readonly RunningSystem[] = [other],
): readonly Address[] => foreignAddresses(names, where, systems).map(({ name }) => name);

describe("an address leads to another home's system", () => {
  test("by default, where that one listens at the usual port", () => {
    expect(foreign(["KAFKA_BROKERS", "CONNECT_URL", "MQTT_URL"], env)).toEqual([
      "KAFKA_BROKERS",
      "CONNECT_URL",
    ]);
  });

  test("where a killed system of this home left it behind", () => {
    expect(foreign(["KAFKA_BROKERS"], { ELEVATED_HOME: used })).toEqual(["KAFKA_BROKERS"]);
  });

  test("but not where the environment names it, or the system is that of this home", () => {
    expect(foreign(["KAFKA_BROKERS"], { ...env, KAFKA_BROKERS: "localhost:9092" })).toEqual([]);
    expect(
      foreign(["KAFKA_BROKERS"], env, [
        { ...other, home: join(home, ".", "..", home.split("/").at(-1) ?? "") },
      ]),
    ).toEqual([]);
    expect(foreign(["KAFKA_BROKERS"], env, [])).toEqual([]);
  });
});

test("the refusal names both homes, and how to say that the other one is meant", () => {
  const refuse = () => refuseForeign(foreignAddresses(["CONNECT_URL"], env, [other]), env);
  expect(refuse).toThrow(`no system runs in ${home}`);
  expect(refuse).toThrow("ELEVATED_HOME=/srv/other, or CONNECT_URL=http://127.0.0.1:8083");
});

test("a command speaks to the home whose system said where it is", () => {
  expect(homeSpokenTo(["KAFKA_BROKERS", "MQTT_URL"], { ELEVATED_HOME: used })).toBe(used);
  expect(homeSpokenTo(["MQTT_URL"], { ELEVATED_HOME: used })).toBeUndefined();
  expect(homeSpokenTo(["KAFKA_BROKERS"], { ELEVATED_HOME: used, KAFKA_BROKERS: "k:9092" })).toBeUndefined();
});
