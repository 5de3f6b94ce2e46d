import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { openClient } from "../../infra/runtime/kafka/kafkajs/client.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { kafkaAccessOf } from "../../infra/runtime/security/kafka.ts";
import { DEFAULT_ENDPOINTS } from "../../infra/runtime/service/endpoints.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openViewer, type Viewer } from "../support/viewer.ts";

/*
 * `npm start -- --private`, as another user of the machine finds it: without the files of its home. Then as its owner
 * does, whose commands need no options.
 */
let system: TestSystem;
let viewer: Viewer;
let token = "";
beforeAll(async () => {
  system = await startSystem({ args: ["--private", "--stations", "40380,41400"] });
  token = readFileSync(join(system.home, "token"), "utf8").trim();
  viewer = openViewer(system.endpoints.DASHBOARD_URL);
});
afterAll(async () => {
  viewer?.close();
  await system?.stop();
  await system?.remove();
});

/** A write at each of the servers, and what is answered to its owner. */
const WRITES = [
  ["SCHEMA_REGISTRY_URL", "POST", "/subjects/mine/versions", '{"schema":"\\"int\\""}', 200],
  ["SCHEMA_REGISTRY_URL", "PUT", "/config/mine", '{"compatibility":"NONE"}', 200],
  ["SCHEMA_REGISTRY_URL", "DELETE", "/subjects/absent", "", 404],
  ["REST_PROXY_URL", "POST", "/topics/org.chicago.cta.deadletter", '{"records":[]}', 422],
  ["CONNECT_URL", "PUT", "/connectors/stations-debezium/resume", "", 202],
  ["CONNECT_URL", "DELETE", "/connectors/absent", "", 404],
  ["KSQLDB_URL", "POST", "/ksql", '{"ksql":"SHOW STREAMS;"}', 200],
  ["KSQLDB_URL", "POST", "/query-stream", '{"sql":"SELECT * FROM TURNSTILE_SUMMARY;"}', 200],
  ["FIRMWARE_SIM_URL", "POST", "/press", '{"device":"40380-T1","count":1}', 200],
  ["SUPERVISOR_URL", "POST", "/parts/rest-proxy/start", "", 202],
  ["FLEET_URL", "POST", "/events", "[]", 202],
  ["DASHBOARD_URL", "POST", "/experiments/absent", "", 404],
] as const;

/** A media type that each of them takes. */
function typeOf(server: string): string {
  if (server === "SCHEMA_REGISTRY_URL") return "application/vnd.schemaregistry.v1+json";
  return server === "REST_PROXY_URL" ? "application/vnd.kafka.json.v2+json" : "application/json";
}

describe("a write by HTTP", () => {
  test.each(WRITES)("%s %s %s needs the token", async (server, method, path, body, status) => {
    const send = async (authorization?: string): Promise<number> => {
      const response = await fetch(system.endpoints[server] + path, {
        method,
        headers: { "content-type": typeOf(server), ...(authorization ? { authorization } : {}) },
        ...(body === "" ? {} : { body }),
      });
      await response.text();
      return response.status;
    };
    expect(await send()).toBe(401);
    expect(await send("Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).toBe(401);
    expect(await send(`Bearer ${token}`)).toBe(status);
    expect(await send(`Basic ${Buffer.from(`any:${token}`).toString("base64")}`)).toBe(status);
  });
});

describe("a login", () => {
  const topicsAs = async (env: Record<string, string>): Promise<readonly string[]> => {
    const access = kafkaAccessOf({ KAFKA_BROKERS: system.endpoints.KAFKA_BROKERS, ...env });
    const around = { clientId: "stranger", clock: systemClock, logger: silentLogger };
    const client = openClient({ ...access, ...around }, { giveUpMs: 100, requestTimeoutMs: 2_000 });
    const admin = client.kafka.admin();
    try {
      await admin.connect();
      return await admin.listTopics();
    } finally {
      client.destroy();
    }
  };

  test("Kafka asks for it, at the controller too", async () => {
    const login = { KAFKA_SASL_MECHANISM: "plain", KAFKA_SASL_USERNAME: "elevated" };
    await expect(topicsAs({})).rejects.toThrow();
    await expect(topicsAs({ ...login, KAFKA_SASL_PASSWORD: "guess" })).rejects.toThrow(/authentication/i);
    const { kafka } = JSON.parse(readFileSync(join(system.home, "secrets", "private.json"), "utf8")) as {
      readonly kafka: string;
    };
    expect(await topicsAs({ ...login, KAFKA_SASL_PASSWORD: kafka })).toContain("org.chicago.cta.arrivals");
    const config = readFileSync(join(system.home, "kafka", "server.properties"), "utf8");
    const KAFKA_BROKERS = /CONTROLLER:\/\/([\d.]+:\d+)/.exec(config)?.[1] ?? "";
    await expect(topicsAs({ KAFKA_BROKERS })).rejects.toThrow();
  });

  test("PostgreSQL refuses the password that everybody knows", async () => {
    const asked = async (connectionString: string): Promise<unknown> => {
      const client = new Client({ connectionString });
      try {
        await client.connect();
        return (await client.query("SELECT count(*)::int > 0 AS filled FROM stations")).rows[0];
      } finally {
        await client.end();
      }
    };
    const known = new URL(DEFAULT_ENDPOINTS.POSTGRES_URL);
    known.port = new URL(system.endpoints.POSTGRES_URL).port;
    await expect(asked(known.href)).rejects.toMatchObject({ code: "28P01" });
    expect(await asked(system.endpoints.POSTGRES_URL)).toEqual({ filled: true });
  });

  test("MQTT asks for one, as always", async () => {
    const options = { clientId: "40380", reconnectPeriod: 0 };
    await expect(connectAsync(system.endpoints.MQTT_URL, options)).rejects.toMatchObject({ code: 4 });
  });
});

test("no other user reads the home, nor a secret among the processes' arguments", async () => {
  const modeOf = (...names: string[]): number => statSync(join(system.home, ...names)).mode & 0o077;
  expect(modeOf()).toBe(0);
  for (const name of [
    "token",
    "secrets",
    "secrets/private.json",
    "run/endpoints.json",
    "kafka/server.properties",
  ])
    expect([name, modeOf(name)]).toEqual([name, 0]);
  expect(modeOf("connect", "worker.properties")).toBe(0);
  const { kafka, postgres } = JSON.parse(
    readFileSync(join(system.home, "secrets", "private.json"), "utf8"),
  ) as {
    readonly kafka: string;
    readonly postgres: string;
  };
  const arguments_ = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => readArguments(pid));
  expect(arguments_.some((words) => words.includes(system.home))).toBe(true);
  for (const secret of [token, kafka, postgres])
    expect(arguments_.filter((words) => words.includes(secret))).toEqual([]);
});

function readArguments(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It ended meanwhile.
    return "";
  }
}

interface Ended {
  readonly code: number;
  readonly out: string;
  /** Both streams. */
  readonly text: string;
}

describe("its owner's commands need no options", () => {
  const run = (main: string, ...args: readonly string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { PATH: process.env["PATH"] ?? "", ELEVATED_HOME: system.home };
      const words = [join(projectRoot(), main), ...args];
      const child = execFile(process.execPath, words, { env, timeout: 60_000 }, (error, out, err) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, text: out + err }),
      );
      child.stdin?.end("SHOW TABLES;\n");
    });

  test.each([
    ["dist/infra/launcher/supervisor/main.js", ["status"], "proof"],
    ["dist/infra/operator/inspect/main.js", ["topics"], "org.chicago.cta.arrivals"],
    [
      "dist/infra/operator/inspect/main.js",
      ["peek", "org.chicago.cta.turnstiles", "--limit", "1"],
      "station_id",
    ],
    ["dist/infra/operator/bootstrap/main.js", [], "topics are as they must be"],
    ["dist/central/connect/main.js", ["apply"], "stations-debezium"],
    ["dist/central/ksql/main.js", [], "TURNSTILE_SUMMARY"],
    ["dist/firmware-sim/main.js", ["press", "40380-T1", "2"], "2 of 2 stored"],
    ["dist/firmware-sim/vehicles/main.js", ["status"], "proof"],
  ])("%s %j", async (main, args, says) => {
    const { code, text } = await run(main, ...args);
    expect(text).toContain(says);
    expect([code, text]).toEqual([0, text]);
  });

  test("a fleet posts with the token, and only its owner parks it", async () => {
    const fleet = "dist/firmware-sim/vehicles/main.js";
    const driving = run(fleet, "--num-vehicles", "2");
    await eventually(async () => {
      const { fleet: state } = JSON.parse((await run(fleet, "status", "--json")).out) as {
        readonly fleet: { readonly acknowledged: number } | null;
      };
      expect(state?.acknowledged).toBeGreaterThan(0);
    }, 60_000);
    const file = join(system.home, "run", "fleet.json");
    expect(statSync(file).mode & 0o077).toBe(0);
    const { url } = JSON.parse(readFileSync(file, "utf8")) as { readonly url: string };
    const stop = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    expect((await fetch(`${url}/stop`, stop)).status).toBe(401);
    expect((await run(fleet, "stop")).text).toContain("The fleet parks.");
    expect((await driving).code).toBe(0);
  });

  test("the doctor finds every server", async () => {
    const { out } = await run("infra/launcher/doctor.mjs", "--json");
    const findings = JSON.parse(out) as readonly { check: string; level: string }[];
    const servers = [
      "the page",
      "Kafka",
      "registry",
      "REST Proxy",
      "Connect",
      "ksqlDB",
      "PostgreSQL",
      "gateway",
    ];
    const levels = servers.map((name) =>
      findings.filter(({ check }) => check === name).map(({ level }) => level),
    );
    expect(levels.flat().filter((level) => level !== "ok")).toEqual([]);
    expect(levels.every((each) => each.length > 0)).toBe(true);
  });
});

test.each(["kill-ksql", "unplug-device"])("the page's %s is for those who have the token", async (id) => {
  const order = async (headers: Record<string, string>): Promise<number> => {
    const url = `${system.endpoints.DASHBOARD_URL}/experiments/${id}`;
    return (await fetch(url, { method: "POST", headers })).status;
  };
  expect(await order({ origin: system.endpoints.DASHBOARD_URL })).toBe(401);
  // The page's server itself sends the token to the supervisor, or to the simulator.
  expect(await order({ authorization: `Bearer ${token}` })).toBe(202);
});

test("its parts work, and the proof holds: also after Kafka was killed", async () => {
  const proof = async (): Promise<{ state: string; summed: number }> =>
    (await (await fetch(`${system.endpoints.DASHBOARD_URL}/api/v1/proof`)).json()) as never;
  const holdsFrom = (entries: number) =>
    eventually(async () => {
      const now = await proof();
      expect(now, JSON.stringify(now)).toMatchObject({ state: "holds" });
      expect(now.summed).toBeGreaterThan(entries);
    }, 100_000);
  await holdsFrom(0);
  const before = (await proof()).summed;
  await system.kill("kafka");
  await system.until("kafka", "ready");
  await holdsFrom(before);
  // ksql was killed a moment ago, too, and may still be starting.
  await eventually(async () => {
    expect((await system.parts()).filter(({ state }) => state !== "ready")).toEqual([]);
  }, 60_000);
}, 300_000);
