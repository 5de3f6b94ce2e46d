import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { TOPICS } from "../../../schemas/topics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { openAdmin } from "../../runtime/kafka/kafkajs/admin.ts";
import { openProducer } from "../../runtime/kafka/kafkajs/producer.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";
import type { Endpoints } from "../../runtime/service/endpoints.ts";
import { resolveEndpoints } from "../../runtime/service/precedence.ts";
import { brokerSettings } from "./parts/kafka-settings.ts";
import { readStatus, type SystemStatus } from "./status.ts";

const GIVE_UP_MS = 100_000;
const home = mkdtempSync(join(tmpdir(), "elevated-infra-"));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});
afterAll(async () => {
  await eventually("the home is unused", async () => processesOf(home).length === 0);
  rmSync(home, { recursive: true, force: true });
});

/** The supervisor with Kafka, its topics and PostgreSQL as a process of its own. */
function startInfra(only = "topics,database"): ChildProcess {
  const main = join(projectRoot(), "dist", "infra", "launcher", "supervisor", "main.js");
  const args = ["infra", "--only", only, "--free-ports", "--home", home];
  const child = spawn(process.execPath, [main, ...args], { stdio: "ignore" });
  started.push(child);
  return child;
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once("exit", resolve));
}

async function ready(child: ChildProcess): Promise<{ endpoints: Endpoints; status: SystemStatus }> {
  return eventually("every part is ready", async () => {
    if (child.exitCode !== null) throw new Error(`the supervisor ended with ${child.exitCode}`);
    if (!existsSync(join(home, "run", "endpoints.json"))) return undefined;
    const endpoints = resolveEndpoints({ ELEVATED_HOME: home });
    const status = await readStatus(endpoints.SUPERVISOR_URL).catch(() => undefined);
    return status?.parts.every((part) => part.state === "ready") ? { endpoints, status } : undefined;
  });
}

async function eventually<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (const began = performance.now(); performance.now() - began < GIVE_UP_MS; await sleep(50)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
  }
  throw new Error(`not in time: ${what}`);
}

/** Ids of the processes whose command line names this folder. */
function processesOf(folder: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function cluster(endpoints: Endpoints) {
  return {
    brokers: endpoints.KAFKA_BROKERS.split(","),
    clientId: "infra-test",
    clock: systemClock,
    logger: silentLogger,
  };
}

async function inDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Of a line of a Java server's log, epoch ms. */
function timeOf(line: string): number {
  return Date.parse(line.slice(0, 23));
}

const countStations = (client: Client): Promise<number> =>
  client.query<{ n: string }>("SELECT count(*) AS n FROM stations").then(({ rows }) => Number(rows[0]?.n));

describe("the built-in servers", { timeout: 240_000 }, () => {
  test("come up on free ports with stations and none of our topics; a second start in the same home is refused", async () => {
    const first = startInfra("topics,database,connect");
    const { endpoints } = await ready(first);
    const admin = await openAdmin(cluster(endpoints));
    const topics = await admin.listTopics();
    expect(topics.filter((topic) => !/^_|^elevated\.connect\./.test(topic))).toEqual([]);
    // As in any Kafka, a topic is there once it is written to.
    const producer = new Kafka({ brokers: [endpoints.KAFKA_BROKERS], logLevel: logLevel.NOTHING }).producer();
    await producer.connect();
    await producer.send({ topic: "of.the.course", messages: [{ value: "1" }] });
    await producer.disconnect();
    expect(await admin.partitionsOf("of.the.course")).toBe(1);
    await admin.close();
    expect(await inDatabase(endpoints.POSTGRES_URL, countStations)).toBe(230);
    const plugins = (await (await fetch(`${endpoints.CONNECT_URL}/connector-plugins`)).json()) as object[];
    expect(plugins).toContainEqual(
      expect.objectContaining({ class: "io.debezium.connector.postgresql.PostgresConnector" }),
    );

    expect(await exitOf(startInfra())).toBe(1);
    // What is asked for is judged before that.
    expect(await exitOf(startInfra("topic"))).toBe(2);

    first.kill("SIGINT");
    expect(await exitOf(first)).toBe(0);
    expect(processesOf(home)).toEqual([]);
  });

  test("keep what they were given over a stop and a start", async () => {
    const first = startInfra();
    const before = (await ready(first)).endpoints;
    const made = await openAdmin(cluster(before));
    await made.ensureTopics([{ topic: TOPICS.weather, partitions: 2 }]);
    await made.close();
    const producer = await openProducer(cluster(before));
    await producer.send([{ topic: TOPICS.weather, key: null, value: Buffer.from("sunny") }]);
    await producer.close();
    await inDatabase(before.POSTGRES_URL, (client) =>
      client.query("DELETE FROM stations WHERE stop_id = 30173"),
    );
    first.kill("SIGTERM");
    expect(await exitOf(first)).toBe(0);

    const second = startInfra();
    const after = (await ready(second)).endpoints;
    const admin = await openAdmin(cluster(after));
    expect((await admin.endOffsets(TOPICS.weather)).reduce((sum, offset) => sum + offset, 0)).toBe(1);
    await admin.close();
    expect(await inDatabase(after.POSTGRES_URL, countStations)).toBe(229);
    second.kill("SIGINT");
    expect(await exitOf(second)).toBe(0);
  });

  test("a sole Kafka that is killed does not wait for the end of its own old session", async () => {
    const child = startInfra("kafka");
    const { endpoints } = await ready(child);
    const admin = await openAdmin(cluster(endpoints));
    const specs = Array.from({ length: 20 }, (_, n) => ({ topic: `kept.${n}`, partitions: 2 }));
    await admin.ensureTopics(specs);
    await admin.close();
    const producer = await openProducer(cluster(endpoints));
    const record = { topic: "kept.7", partition: 1, key: null, value: Buffer.from("x") };
    await producer.send([record]);
    await producer.close();
    for (const kills of [1, 2]) {
      await fetch(`${endpoints.SUPERVISOR_URL}/parts/kafka/kill`, { method: "POST" });
      await eventually("Kafka is back", async () => {
        const { parts } = await readStatus(endpoints.SUPERVISOR_URL);
        return parts.some(
          (part) => part.name === "kafka" && part.state === "ready" && part.restarts === kills,
        );
      });
    }
    // Its own words: refused while the old session lasts, registered long before that ends.
    const said = readFileSync(join(home, "logs", "kafka.log"), "utf8").split("\n");
    const refusals = said.flatMap((line, n) => (line.includes("DUPLICATE_BROKER_REGISTRATION") ? [n] : []));
    expect(refusals.length).toBeGreaterThanOrEqual(2);
    for (const refused of refusals) {
      const next = said.slice(refused).find((line) => line.includes("Successfully registered")) ?? "";
      const waitedMs = timeOf(next) - timeOf(said[refused] ?? "");
      const { "broker.session.timeout.ms": sessionMs } = brokerSettings({
        dataFolder: home,
        node: 1,
        port: 1,
        controllerPorts: [2],
        durable: false,
      });
      expect(waitedMs).toBeLessThan(Number(sessionMs) / 2);
    }
    const after = await openAdmin(cluster(endpoints));
    await after.ensureTopics(specs);
    expect(await after.endOffsets("kept.7")).toEqual([0, 1]);
    await after.close();
    child.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);
  });

  test("come back by themselves when one is killed, and none is left when the supervisor is", async () => {
    const child = startInfra();
    const { endpoints, status } = await ready(child);
    const killed = status.parts.find((part) => part.name === "postgres")?.pid;
    await fetch(`${endpoints.SUPERVISOR_URL}/parts/postgres/kill`, { method: "POST" });
    const restarted = await eventually("PostgreSQL is back", async () => {
      const { parts } = await readStatus(endpoints.SUPERVISOR_URL);
      return parts.find((part) => part.name === "postgres" && part.state === "ready" && part.restarts === 1);
    });
    expect(restarted.pid).not.toBe(killed);

    expect(processesOf(home).length).toBeGreaterThanOrEqual(3);
    child.kill("SIGKILL");
    await exitOf(child);
    await eventually("no process is left", async () => processesOf(home).length === 0);

    // What a killed system left behind does not keep the next one from starting.
    const next = startInfra();
    await ready(next);
    next.kill("SIGINT");
    expect(await exitOf(next)).toBe(0);
  });
});
