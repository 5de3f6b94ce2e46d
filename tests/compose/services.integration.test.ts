import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { resolveEndpoints } from "../../infra/runtime/endpoints.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { kafkaAccessOf } from "../../infra/runtime/security/kafka.ts";
import { projectRoot } from "../../schemas/root.ts";
import { TOPICS } from "../../schemas/topics.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startServers, type TestServers } from "../support/servers.ts";
import { type ComposeService, ownServices, readCompose } from "./compose-file.ts";

const root = projectRoot();
const scratch = mkdtempSync(join(tmpdir(), "elevated-compose-"));
const services = ownServices(readCompose());
let servers: TestServers;
/** What a container sees, and what stands for it here. */
let here: readonly (readonly [RegExp, string])[];

beforeAll(async () => {
  servers = await startServers(["kafka", "schema-registry", "rest-proxy", "ksql", "connect", "postgres"]);
  const { addresses } = servers;
  const secrets = join(scratch, "secrets-");
  mkdirSync(join(scratch, "credentials"));
  for (const [name, { file }] of Object.entries(readCompose().secrets)) {
    const text = readFileSync(join(root, file), "utf8");
    writeFileSync(secrets + name, name === "postgres-url" ? addresses.POSTGRES_URL : text);
  }
  here = [
    [/^kafka-1:19092,kafka-2:19092,kafka-3:19092$/, addresses.KAFKA_BROKERS],
    [/^http:\/\/schema-registry:8081$/, addresses.SCHEMA_REGISTRY_URL],
    [/^http:\/\/rest-proxy:8082$/, addresses.REST_PROXY_URL],
    [/^http:\/\/connect:8083$/, addresses.CONNECT_URL],
    [/^http:\/\/ksqldb:8088$/, addresses.KSQLDB_URL],
    [/^\/run\/secrets\/(.*)$/, `${secrets}$1`],
    [/^\/(credentials|state)\b/, `${scratch}/$1`],
  ];
}, 120_000);
afterAll(async () => {
  await servers?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function substituted(value: string): string {
  return here.reduce((text, [container, machine]) => text.replace(container, machine), value);
}

/** Exactly the container's variables; its ports are free ones here, because containers of one machine share none. */
async function environmentOf({ environment = {} }: ComposeService): Promise<Record<string, string>> {
  const env: Record<string, string> = { PATH: process.env["PATH"] ?? "" };
  for (const [name, value] of Object.entries(environment)) {
    env[name] = /_PORT$/.test(name) ? String(await freePort()) : substituted(String(value));
  }
  return env;
}

interface Run {
  readonly exited: Promise<number | null>;
  readonly log: () => string;
  stop(): Promise<number | null>;
}

function run(service: ComposeService, env: Readonly<Record<string, string>>): Run {
  const args = (service.command ?? []).slice(1).map(substituted);
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-8_000);
    });
  }
  const exited = once(child, "exit").then(([code]) => code as number | null);
  return {
    exited,
    log: () => log,
    stop() {
      child.kill("SIGTERM");
      return exited;
    },
  };
}

const named = (name: string): ComposeService => services.find(([each]) => each === name)?.[1] ?? {};

test("those that end do their work, and may run again", async () => {
  for (const name of ["bootstrap", "credentials", "queries", "connectors", "bootstrap"]) {
    const task = run(named(name), await environmentOf(named(name)));
    expect(await task.exited, `${name}: ${task.log()}`).toBe(0);
  }
});

/** One of several equal ones is enough; the field is by itself. */
const lasting = ["gateway-1", "fleet-ingest-1", "dedup", "stations", "telemetry", "dashboard"];

test("those that go on become healthy by their own checks, and end in order", async () => {
  await Promise.all(
    lasting.map(async (name) => {
      const service = named(name);
      const env = await environmentOf(service);
      const running = run(service, env);
      const url = (service.healthcheck?.test?.at(-1) ?? "").replace(":9100", `:${env["PROBE_PORT"]}`);
      try {
        await eventually(async () => {
          const answer = await fetch(url);
          expect(answer.ok, `${await answer.text()}\n${running.log()}`).toBe(true);
        }, 40_000);
      } finally {
        expect(await running.stop(), name).toBe(0);
      }
    }),
  );
});

test("devices and agents of the field reach Kafka through a gateway that asks for the shared password", async () => {
  const gatewayEnv = await environmentOf(named("gateway-1"));
  const gateway = run(named("gateway-1"), gatewayEnv);
  const fieldEnv = await environmentOf(named("field"));
  const field = run(named("field"), { ...fieldEnv, MQTT_URL: `mqtt://127.0.0.1:${gatewayEnv["MQTT_PORT"]}` });
  const kafka = createKafka({
    ...kafkaAccessOf(gatewayEnv),
    clientId: "test",
    clock: systemClock,
    logger: silentLogger,
  });
  const admin = await kafka.admin();
  try {
    await eventually(async () => {
      const written = (await admin.endOffsets(TOPICS.raw)).reduce((sum, end) => sum + end, 0);
      expect(written, field.log() + gateway.log()).toBeGreaterThan(0);
    }, 50_000);
    // The usual port may be taken on this machine; a container has it to itself.
    const { FIRMWARE_SIM_URL } = resolveEndpoints({ ELEVATED_HOME: String(fieldEnv["ELEVATED_HOME"]) });
    const path = new URL(named("field").healthcheck?.test?.at(-1) ?? "").pathname;
    expect((await fetch(FIRMWARE_SIM_URL + path)).ok).toBe(true);
  } finally {
    await admin.close();
    expect(await field.stop()).toBe(0);
    expect(await gateway.stop()).toBe(0);
  }
});

test("every service of ours was started here, or is like one that was", () => {
  const started = ["bootstrap", "credentials", "queries", "connectors", ...lasting, "field"];
  const others = services.filter(([name]) => !started.includes(name));
  const like = (service: ComposeService): boolean =>
    started.some((name) => JSON.stringify(named(name)) === JSON.stringify(service));
  expect(others.filter(([, service]) => !like(service)).map(([name]) => name)).toEqual([]);
});
