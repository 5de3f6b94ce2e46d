import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig } from "../../infra/runtime/service/config.ts";
import { topicNames } from "../../schemas/topics.ts";
import { likelyCause } from "./cause.ts";
import { connectCommandSettings, placeholders } from "./config.ts";
import { connectorNamed, filledIn, readConnectors } from "./connectors.ts";
import { courseFile } from "./course/course.ts";
import type { ConnectorConfig } from "./ports.ts";

const env = {
  ELEVATED_HOME: "/nonexistent",
  POSTGRES_URL: "postgresql://cta%40admin:p%2Fw@db.example/cta",
  TOPIC_PREFIX: "Test-7.",
};
const values = placeholders(readConfig(connectCommandSettings, env), env);
const files = readConnectors();
const settings = Object.fromEntries(files.map((file) => [file.name, filledIn(file, values)]));

/** Where a source's rows of `public.stations` go, by its own settings. */
function topicOf(config: ConnectorConfig): string | undefined {
  const regex = config["transforms.route.regex"];
  if (regex === undefined) return `${config["topic.prefix"]}${config["table.whitelist"]}`;
  const whole = new RegExp(`^(?:${regex})$`);
  return `${config["topic.prefix"]}.${config["table.include.list"]}`.replace(
    whole,
    config["transforms.route.replacement"] ?? "",
  );
}

describe.each(["stations-debezium", "stations-jdbc"])("%s holds the contract", (name) => {
  const config = settings[name] ?? {};

  test("its topic is Connect's topic of stations, behind the prefix", () => {
    expect(topicOf(config)).toBe(topicNames("Test-7.").connectStations);
  });

  test("keys and values are JSON without schemas", () => {
    for (const side of ["key", "value"]) {
      expect(config[`${side}.converter`]).toBe("org.apache.kafka.connect.json.JsonConverter");
      expect(config[`${side}.converter.schemas.enable`]).toBe("false");
    }
  });

  test("the key is stop_id itself", () => {
    const names = config["transforms"]?.split(",") ?? [];
    const types = names.map((transform) => config[`transforms.${transform}.type`]);
    expect(types).toContain("org.apache.kafka.connect.transforms.ExtractField$Key");
    expect(config["transforms.key.field"]).toBe("stop_id");
    expect(types.every((type) => type !== undefined)).toBe(true);
  });

  test("one task: the rows of a table are read in order", () => {
    expect(config["tasks.max"]).toBe("1");
  });

  test("no placeholder is left, no secret stands in the file", () => {
    expect(Object.values(config).filter((value) => /\$\{/.test(value))).toEqual([]);
    const file = connectorNamed(files, name);
    const secrets = Object.entries(file.config).filter(([setting]) => setting.endsWith("password"));
    expect(secrets.map(([, value]) => value)).toEqual([`$${"{POSTGRES_PASSWORD}"}`]);
  });
});

test("the course's topic of stations has the broker's own number of partitions and copies (KIP-158)", () => {
  const { config } = courseFile();
  for (const setting of ["partitions", "replication.factor"])
    expect(config[`topic.creation.default.${setting}`]).toBe("-1");
});

test("the JDBC source reads new rows by their growing stop_id", () => {
  expect(settings["stations-jdbc"]).toMatchObject({
    mode: "incrementing",
    "incrementing.column.name": "stop_id",
  });
});

test("Debezium's deletes arrive: the old row, marked, and a tombstone", () => {
  expect(settings["stations-debezium"]).toMatchObject({
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.delete.tombstone.handling.mode": "rewrite-with-tombstone",
  });
});

test("the address is taken apart, its escapes undone; a prefix has a replication slot of its own", () => {
  expect(values).toMatchObject({
    POSTGRES_HOST: "db.example",
    POSTGRES_PORT: "5432",
    POSTGRES_USER: "cta@admin",
    POSTGRES_PASSWORD: "p/w",
    POSTGRES_DATABASE: "cta",
    CONNECT_SLOT: "elevated_test_7_stations",
  });
});

test("the environment stands above: Connect may see PostgreSQL under another address", () => {
  expect(
    placeholders(readConfig(connectCommandSettings, env), { POSTGRES_HOST: "postgres" })["POSTGRES_HOST"],
  ).toBe("postgres");
});

test("a placeholder without value is named; Connect's own dollar signs stay", () => {
  const dollar = (rest: string): string => `$${rest}`;
  const config = {
    a: dollar("{NOT_SET}"),
    b: dollar("1"),
    c: dollar("{file:/etc/s:key}"),
    d: `A${dollar("Key")}`,
  };
  const file = { name: "x", config };
  expect(() => filledIn(file, {})).toThrow(/connector x needs NOT_SET/);
  expect(filledIn(file, { NOT_SET: "y" })).toEqual({ ...file.config, a: "y" });
});

test("an unknown connector is told with those there are", () => {
  expect(() => connectorNamed(files, "x")).toThrow(/choose stations-debezium or stations-jdbc/);
});

test("a file that is no connector's is named", () => {
  const folder = mkdtempSync(join(tmpdir(), "connectors-"));
  try {
    writeFileSync(join(folder, "broken.json"), '{"name": "x", "config": {"tasks.max": 1}}');
    expect(() => readConnectors(folder)).toThrow(/broken\.json/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["io.X: a\nCaused by: java.net.ConnectException: Connection refused", /cannot reach PostgreSQL/],
  ['PSQLException: ERROR: replication slot "s" is active for PID 7', /CONNECT_SLOT/],
  ["logical decoding requires wal_level >= logical", /wal_level=logical/],
  [
    "a.B: outer\n\tat x\nCaused by: c.DException: the very reason\n\tat y",
    /^c\.DException: the very reason$/,
  ],
])("the likely cause of %j", (trace, cause) => {
  expect(likelyCause(trace)).toMatch(cause);
});
