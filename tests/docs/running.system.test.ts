import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { schemaJson } from "../../infra/runtime/avro/contracts.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { homePasswords } from "../../infra/runtime/security/agent-secrets.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import type { SchemaName } from "../../schemas/avro/names.ts";
import { TOPICS, type Topics } from "../../schemas/topics.ts";
import { alertRules, metricsIn, panels } from "../monitoring/names.ts";
import { simulatorControl } from "../support/simulator.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader, type TopicReader } from "../support/topic-reader.ts";
import { CONTRACTS } from "./asyncapi.ts";
import { commandsShown } from "./pages.ts";

/* What the pages, the rules and the description of the topics say, against one system that runs. */

let system: TestSystem;
let reader: TopicReader;
beforeAll(async () => {
  system = await startSystem({ args: ["--lines", "red"] });
  reader = await openTopicReader(system.endpoints);
  // So that there is an incident.
  await simulatorControl(system.endpoints.FIRMWARE_SIM_URL).fault("unplug", "41400-T1", 30_000);
});
afterAll(async () => {
  await reader?.close();
  await system?.stop();
  await system?.remove();
});

test("every metric of the alarms and of the dashboard is served by a process", async () => {
  const parts = await system.parts();
  const probed = parts.flatMap(({ probe }) => (probe ? [new URL("/metrics", probe).href] : []));
  const served = new Set<string>();
  for (const url of [...probed, `${system.endpoints.SUPERVISOR_URL}/metrics`]) {
    const response = await fetch(url);
    expect(response.ok, url).toBe(true);
    const text = await response.text();
    // Also those without a count yet: their help is there from the start.
    for (const [, name = "", kind] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
      served.add(name);
      if (kind === "histogram") for (const end of ["_bucket", "_sum", "_count"]) served.add(name + end);
    }
  }
  const asked = [...alertRules(), ...panels().flatMap(({ targets }) => targets)].flatMap(({ expr }) =>
    metricsIn(expr),
  );
  expect(asked.filter((name) => !served.has(name))).toEqual([]);
});

describe("what is on a topic is what the description says", () => {
  const registry = () =>
    createRegistryClient({
      url: system.endpoints.SCHEMA_REGISTRY_URL,
      clock: systemClock,
      logger: silentLogger,
    });

  /** The writer's schema, by the header that stands before an Avro value. */
  const schemaOf = (bytes: Buffer | null) => registry().schemaById(bytes?.readInt32BE(1) ?? 0);

  const quiet: readonly (keyof Topics)[] = ["deadLetter", "fleet"];
  const written = (Object.keys(CONTRACTS) as (keyof Topics)[]).filter((name) => !quiet.includes(name));

  test.each(written)("%s", async (name) => {
    const { key, value, headers = [] } = CONTRACTS[name];
    const record = await eventually(async () => {
      const found = (await reader.read([TOPICS[name]])).find(
        (each) => each.value !== null && !each.key?.includes("\u0000offset"),
      );
      expect(found).toBeDefined();
      return found;
    });
    expect(Object.keys(record?.headers ?? {})).toEqual(expect.arrayContaining([...headers]));
    for (const [side, form] of [
      ["key", key],
      ["value", value],
    ] as const) {
      const bytes = record?.[side] ?? null;
      if (form === "json") JSON.parse(String(bytes));
      else if (form !== "text")
        expect(shapeOf(await schemaOf(bytes)), side).toEqual(shapeOf(schemaJson(form as SchemaName)));
    }
  });
});

/** A schema without what is no matter of the bytes: documentation, and how a type's name is written. */
function shapeOf(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(shapeOf);
  if (typeof schema !== "object" || schema === null) return schema;
  const { type, fields, name, items, symbols } = schema as Record<string, unknown>;
  const simple = type !== undefined && !fields && !items && !symbols && name === undefined;
  if (simple) return shapeOf(type);
  return { type: shapeOf(type), name, fields: shapeOf(fields), items: shapeOf(items), symbols };
}

describe("the commands that the pages show", () => {
  const environment = () => ({ ...process.env, ELEVATED_HOME: system.home, DASHBOARD_PORT: "" });

  /** Those that end by themselves and change nothing that another test needs. */
  const cheap = commandsShown().filter(({ safe }) => safe);

  test("there are some", () => {
    expect(cheap.length).toBeGreaterThan(8);
  });

  test.concurrent.each(cheap.map(({ command, page }) => [command, page]))("%s (%s)", async (command) => {
    const { stdout, stderr } = await promisify(execFile)("/bin/sh", ["-c", command], {
      cwd: join(projectRoot()),
      env: environment(),
      timeout: 50_000,
    });
    expect(stdout + stderr).not.toBe("");
  });
});

test("the first start gave everybody a password: who has one watches, who has none is refused", async () => {
  const options = { username: "observer", reconnectPeriod: 0 };
  await expect(connectAsync(system.endpoints.MQTT_URL, options)).rejects.toMatchObject({ code: 4 });
  const password = homePasswords(system.home)("observer") ?? "";
  const observer = await connectAsync(system.endpoints.MQTT_URL, { ...options, password });
  const stations = new Set<string | undefined>();
  observer.on("message", (topic) => stations.add(topic.split("/")[2]));
  await observer.subscribeAsync("cta/v1/#");
  await eventually(() => expect(stations.size).toBeGreaterThan(1));
  await observer.endAsync();
});
