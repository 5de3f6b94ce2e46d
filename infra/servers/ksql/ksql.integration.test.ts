import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import type { Kafka, KafkaAdmin, Producer } from "../../runtime/kafka/ports.ts";
import { readThrough } from "../../runtime/kafka/testing/contents.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";

const unique = `ksqlit${process.pid}_${Date.now().toString(36)}_`;
const brokers = inject("kafka");
const STATIONS = 40;
const stateFolder = mkdtempSync(join(tmpdir(), unique));

let kafka: Kafka;
let admin: KafkaAdmin;
let producer: Producer;
const children: ChildProcess[] = [];

/** A server as the supervisor starts it; resolves with its address. Without rows in memory its tables are on disk. */
async function startServer(
  memoryRows: number,
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  const child = spawn(
    process.execPath,
    [join(projectRoot(), "dist/infra/servers/ksql/main.js"), "--service-id", unique],
    {
      cwd: projectRoot(),
      env: {
        ...process.env,
        KAFKA_BROKERS: brokers,
        SCHEMA_REGISTRY_URL: "http://127.0.0.1:9",
        KSQL_PORT: "0",
        KSQL_STATE_DIR: stateFolder,
        KSQL_STATE_MEMORY_ROWS: String(memoryRows),
        LOG_LEVEL: "info",
        ELEVATED_PARENT: "pipe",
      },
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  children.push(child);
  let log = "";
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      const found = /"url":"(http:[^"]+)"/.exec(log)?.[1];
      if (found) resolve(found);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${log}`)));
  });
  return { child, url };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

async function post(url: string, path: string, body: object): Promise<string> {
  const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

const ksql = (url: string, sql: string): Promise<string> =>
  post(url, "/ksql", { ksql: sql, streamsProperties: { "auto.offset.reset": "earliest" } });

/** Count per station as a pull query answers it. */
async function counts(url: string): Promise<ReadonlyMap<number, number>> {
  const text = await post(url, "/query-stream", {
    sql: `SELECT STATION_ID, N FROM ${unique.toUpperCase()}SUMMARY;`,
  });
  const rows = text.trim().split("\n").slice(1);
  return new Map(rows.map((line) => JSON.parse(line) as [number, number]));
}

/** The processes that have tables on disk. */
const ownersOf = (folder: string): readonly number[] =>
  readdirSync(folder)
    .filter((name) => /^\d/.test(name))
    .map((name) => Number.parseInt(name, 10));

const total = (map: ReadonlyMap<number, number>): number => [...map.values()].reduce((sum, n) => sum + n, 0);

/** `perStation` entries of each station, spread over both partitions whatever the station. */
async function enter(perStation: number): Promise<void> {
  for (let round = 0; round < perStation; round++) {
    await producer.send(
      Array.from({ length: STATIONS }, (_, i) => ({
        topic: `${unique}entries`,
        partition: (i + round) % 2,
        key: null,
        value: Buffer.from(`{"STATION_ID":${i}}`),
      })),
    );
  }
}

async function untilTotal(url: string, expected: number): Promise<ReadonlyMap<number, number>> {
  for (;;) {
    const now = await counts(url).catch(() => new Map<number, number>());
    if (total(now) >= expected) return now;
    await systemClock.sleep(100);
  }
}

beforeAll(async () => {
  kafka = createKafka({
    brokers: brokers.split(","),
    clientId: unique,
    logger: silentLogger,
    clock: systemClock,
  });
  admin = await kafka.admin();
  producer = await kafka.producer();
  await admin.ensureTopics([{ topic: `${unique}entries`, partitions: 2 }]);
});

afterAll(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) await kill(child);
  await producer.close();
  const mine = (await admin.listTopics()).filter(
    (topic) => topic.includes(unique) || topic.includes(unique.toUpperCase()),
  );
  await admin.deleteTopics(mine);
  await admin.close();
  rmSync(stateFolder, { recursive: true, force: true });
});

test("counts stay exact when the server is killed at work, starts again, and another instance takes over", async () => {
  const first = await startServer(0);
  await ksql(
    first.url,
    `CREATE STREAM ${unique}ENTRIES (STATION_ID INT) WITH (KAFKA_TOPIC='${unique}entries', VALUE_FORMAT='JSON');
     CREATE TABLE ${unique}SUMMARY AS SELECT STATION_ID, COUNT(*) AS N FROM ${unique}ENTRIES GROUP BY STATION_ID;`,
  );
  await enter(50);
  await untilTotal(first.url, 1);
  expect(ownersOf(stateFolder)).toEqual([first.child.pid]);
  const second = enter(100);
  await kill(first.child);
  await second;

  const restarted = await startServer(0);
  expect(ownersOf(stateFolder), "what the killed server left").not.toContain(first.child.pid);
  expect(await untilTotal(restarted.url, STATIONS * 150)).toEqual(
    new Map(Array.from({ length: STATIONS }, (_, i) => [i, 150])),
  );
  expect(ownersOf(stateFolder)).toEqual([restarted.child.pid]);

  const standby = await startServer(100_000);
  await enter(50);
  await kill(restarted.child);
  await enter(50);
  expect(new Map([...(await untilTotal(standby.url, STATIONS * 250))].toSorted(([a], [b]) => a - b))).toEqual(
    new Map(Array.from({ length: STATIONS }, (_, i) => [i, 250])),
  );

  // What Kafka's readers see agrees with what pull queries say: each station's last value, never above the truth.
  const written = new Map<number, number>();
  await readThrough(kafka, [`${unique.toUpperCase()}SUMMARY`], (records) => {
    for (const { key, value } of records) {
      const n = (JSON.parse(value?.toString() ?? "{}") as { N: number }).N;
      const station = key?.readInt32BE() ?? -1;
      expect(n).toBeGreaterThan(written.get(station) ?? 0);
      written.set(station, n);
    }
  });
  expect(total(written)).toBe(STATIONS * 250);
});
