import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { connectSecretsFolder } from "../../infra/runtime/security/connect-secrets.ts";
import { kafkaAccessOf } from "../../infra/runtime/security/kafka.ts";
import { adminPassword } from "../../infra/runtime/security/postgres-admin.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { freePort } from "../../infra/runtime/testing/free-port.ts";
import { TOPICS } from "../../schemas/topics.ts";
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
  for (const name of Object.keys(readCompose().volumes)) mkdirSync(join(scratch, name));
  for (const [name, { file }] of Object.entries(readCompose().secrets)) {
    const text = readFileSync(join(root, file), "utf8");
    writeFileSync(secrets + name, name === "postgres-url" ? addresses.POSTGRES_URL : text);
    if (name === "postgres-admin-password") writeFileSync(secrets + name, adminPassword(servers.home));
  }
  here = [
    [/^kafka-1:19092,kafka-2:19092,kafka-3:19092$/, addresses.KAFKA_BROKERS],
    [
      // Behind the front door, at free ports.
      /^8081=http:\/\/schema-registry:8081,.*$/,
      `0=${addresses.SCHEMA_REGISTRY_URL},0=${addresses.CONNECT_URL},0=${addresses.KSQLDB_URL}`,
    ],
    [/^http:\/\/schema-registry:8081$/, addresses.SCHEMA_REGISTRY_URL],
    [/^http:\/\/rest-proxy:8082$/, addresses.REST_PROXY_URL],
    [/^http:\/\/connect:8083$/, addresses.CONNECT_URL],
    [/^http:\/\/ksql:8088$/, addresses.KSQLDB_URL],
    [/^\/run\/secrets\/(.*)$/, `${secrets}$1`],
    // Of Connect's container, not of this one.
    [/^\/dev\/shm\/connect$/, connectSecretsFolder(servers.home)],
    [/^tcp:\/\/(0\.0\.0\.0|firmware-sim):4001$/, `tcp://127.0.0.1:${await freePort()}`],
  ];
}, 120_000);
afterAll(async () => {
  await servers?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

function substituted(value: string, { volumes = [] }: ComposeService): string {
  const mounted = volumes.map((volume): readonly [RegExp, string] => {
    const [name = "", folder] = volume.split(":");
    // A folder without a name is the container's own.
    return folder
      ? [new RegExp(`^${folder}\\b`), join(scratch, name)]
      : [new RegExp(`^${name}\\b`), join(scratch, "own", name)];
  });
  return [...here, ...mounted].reduce(
    (text, [container, machine]) => text.replace(container, machine),
    value,
  );
}

/** Exactly the container's variables; its ports are free ones here, because containers of one machine share none. */
async function environmentOf(service: ComposeService): Promise<Record<string, string>> {
  const { environment = {} } = service;
  const env: Record<string, string> = { PATH: process.env["PATH"] ?? "" };
  for (const [name, value] of Object.entries(environment)) {
    env[name] = /_PORT$/.test(name) ? String(await freePort()) : substituted(String(value), service);
  }
  return env;
}

interface Run {
  readonly exited: Promise<number | null>;
  readonly log: () => string;
  stop(signal?: "SIGKILL"): Promise<number | null>;
}

function run(service: ComposeService, env: Readonly<Record<string, string>>): Run {
  const args = (service.command ?? []).slice(1).map((word) => substituted(word, service));
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
    stop(signal) {
      child.kill(signal ?? "SIGTERM");
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

/** By its own check, at the port that it has here. */
async function healthy(
  service: ComposeService,
  env: Readonly<Record<string, string>>,
  running: Run,
  fits: (answer: Readonly<Record<string, unknown>>) => void = () => {},
): Promise<void> {
  const address = new URL(service.healthcheck?.test?.at(-1) ?? "");
  const variables = Object.entries(service.environment ?? {});
  const [variable = ""] =
    variables.find(([name, value]) => /_PORT$/.test(name) && String(value) === address.port) ?? [];
  address.port = env[variable] ?? "";
  const url = address.href;
  await eventually(async () => {
    const answer = await fetch(url);
    const text = await answer.text();
    expect(answer.ok, `${text}\n${running.log()}`).toBe(true);
    fits(JSON.parse(text) as Readonly<Record<string, unknown>>);
  }, 40_000);
}

/** One of several equal ones is enough; devices and agents are by themselves. */
const lasting = [
  "schema-registry",
  "rest-proxy",
  "ksql",
  "front-door",
  "gateway",
  "fleet-ingest",
  "dedup",
  "stations",
  "telemetry",
  "audit",
  "dashboard",
];

test("those that go on become healthy by their own checks, and end in order", async () => {
  await Promise.all(
    lasting.map(async (name) => {
      const env = await environmentOf(named(name));
      const running = run(named(name), env);
      try {
        await healthy(named(name), env, running);
      } finally {
        expect(await running.stop(), name).toBe(0);
      }
    }),
  );
});

test("agents read the devices of another container, also after that was killed, through a gateway that asks for the shared password", async () => {
  const started: Run[] = [];
  const start = (name: string, env: Readonly<Record<string, string>>): Run => {
    const running = run(named(name), env);
    started.push(running);
    return running;
  };
  const gatewayEnv = await environmentOf(named("gateway"));
  const gateway = start("gateway", gatewayEnv);
  const deviceEnv = await environmentOf(named("firmware-sim"));
  const devices = start("firmware-sim", deviceEnv);
  await healthy(named("firmware-sim"), deviceEnv, devices);
  const MQTT_URL = `mqtt://127.0.0.1:${gatewayEnv["MQTT_PORT"]}`;
  const agentEnv = { ...(await environmentOf(named("edge"))), MQTT_URL };
  const agents = start("edge", agentEnv);
  const kafka = createKafka({
    ...kafkaAccessOf(gatewayEnv),
    clientId: "test",
    clock: systemClock,
    logger: silentLogger,
  });
  const admin = await kafka.admin();
  const written = async () => (await admin.endOffsets(TOPICS.raw)).reduce((sum, end) => sum + end, 0);
  const risesAbove = (least: number): Promise<void> =>
    eventually(async () => {
      expect(await written(), agents.log() + gateway.log()).toBeGreaterThan(least);
    }, 50_000);
  const allOnline = (): Promise<void> =>
    healthy(named("edge"), agentEnv, agents, (answer) => {
      expect(answer).toMatchObject({ edge: { stations: 92, connected: 92, devices: 372, online: 372 } });
    });
  try {
    await risesAbove(0);
    await allOnline();
    await devices.stop("SIGKILL");
    started.splice(started.indexOf(devices), 1);
    await healthy(named("edge"), agentEnv, agents, (answer) =>
      expect(answer).toMatchObject({ edge: { online: 0 } }),
    );
    const before = await written();
    await healthy(named("firmware-sim"), deviceEnv, start("firmware-sim", deviceEnv));
    await allOnline();
    await risesAbove(before);
  } finally {
    await admin.close();
    for (const running of started.reverse()) expect(await running.stop(), running.log()).toBe(0);
  }
});

test("every service of ours was started here, or is like one that was", () => {
  const started = ["bootstrap", "credentials", "queries", "connectors", ...lasting, "firmware-sim", "edge"];
  const others = services.filter(([name]) => !started.includes(name));
  const like = (service: ComposeService): boolean =>
    started.some((name) => JSON.stringify(named(name)) === JSON.stringify(service));
  expect(others.filter(([, service]) => !like(service)).map(([name]) => name)).toEqual([]);
});
