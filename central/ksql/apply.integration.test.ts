import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import type { Kafka, KafkaAdmin } from "../../infra/runtime/kafka/ports.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { applyScript } from "./apply.ts";
import { type KsqlClient, ksqlClient } from "./client.ts";
import { readScript } from "./script.ts";

const prefix = `ksqlapply${process.pid}_${Date.now().toString(36)}.`;
const brokers = inject("kafka");

const SCRIPT = `
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM ENTRIES (STATION INT, LINE VARCHAR) WITH (KAFKA_TOPIC='entries', VALUE_FORMAT='JSON');
CREATE TABLE PER_STATION WITH (KAFKA_TOPIC='per.station') AS SELECT STATION, COUNT(*) AS N FROM ENTRIES GROUP BY STATION;
CREATE TABLE BUSY WITH (KAFKA_TOPIC='busy') AS SELECT STATION, N FROM PER_STATION WHERE N > 1;
`;

let server: ChildProcess;
let client: KsqlClient;
let kafka: Kafka;
let admin: KafkaAdmin;

beforeAll(async () => {
  kafka = createKafka({
    brokers: brokers.split(","),
    clientId: prefix,
    logger: silentLogger,
    clock: systemClock,
  });
  admin = await kafka.admin();
  await admin.ensureTopics([{ topic: `${prefix}entries`, partitions: 2 }]);
  const producer = await kafka.producer();
  const value = (station: number): Buffer => Buffer.from(`{"STATION":${station},"LINE":"red"}`);
  await producer.send(
    [1, 2, 1, 1].map((station, i) => ({
      topic: `${prefix}entries`,
      partition: i % 2,
      key: null,
      value: value(station),
    })),
  );
  await producer.close();
  server = spawn(process.execPath, ["dist/infra/servers/ksql/main.js", "--service-id", prefix], {
    cwd: projectRoot(),
    env: {
      ...process.env,
      KAFKA_BROKERS: brokers,
      SCHEMA_REGISTRY_URL: "http://127.0.0.1:9",
      KSQL_PORT: "0",
      LOG_LEVEL: "info",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  client = ksqlClient(
    await new Promise<string>((resolve, reject) => {
      server.stderr?.on("data", (chunk: Buffer) => {
        log += chunk.toString();
        const url = /"url":"(http:[^"]+)"/.exec(log)?.[1];
        if (url) resolve(url);
      });
      server.on("exit", (code) =>
        reject(new Error(`${join("infra", "servers", "ksql")} ended with ${code}: ${log}`)),
      );
    }),
  );
});

afterAll(async () => {
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await gone;
  const mine = (await admin.listTopics()).filter((topic) => topic.includes(prefix));
  await admin.deleteTopics(mine);
  await admin.close();
});

async function apply(script: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(line.replace(/_\d+\b/g, "_n"));
  await applyScript(readScript(script, prefix), { client, clock: systemClock, tell, patienceMs: 10_000 });
  return lines.slice(1);
}

/** What a pull query answers once it is `expected`. */
async function pulled(sql: string, expected: readonly (readonly unknown[])[]): Promise<void> {
  for (;;) {
    const rows: (readonly unknown[])[] = [];
    for await (const line of client.query(sql)) if (line.kind === "row") rows.push(line.values);
    const sorted = rows.toSorted((a, b) => Number(a[0]) - Number(b[0]));
    if (JSON.stringify(sorted) === JSON.stringify(expected)) return;
    await systemClock.sleep(100);
  }
}

test("a file run, run again, changed, and run again", async () => {
  expect(await apply(SCRIPT)).toEqual([
    "+ ENTRIES: Stream created",
    "+ PER_STATION: Created query with ID CTAS_PER_STATION_n",
    "+ BUSY: Created query with ID CTAS_BUSY_n",
  ]);
  await pulled("SELECT * FROM BUSY;", [[1, 3]]);

  expect(await apply(SCRIPT)).toEqual([
    "= ENTRIES: unchanged",
    "= PER_STATION: unchanged",
    "= BUSY: unchanged",
  ]);

  const changed = SCRIPT.replace("COUNT(*) AS N", "COUNT(*) * 10 AS N");
  expect(await apply(changed)).toEqual([
    "- CTAS_BUSY_n: terminated",
    "- CTAS_PER_STATION_n: terminated",
    "- BUSY: dropped",
    "- PER_STATION: dropped",
    "= ENTRIES: unchanged",
    "+ PER_STATION: Created query with ID CTAS_PER_STATION_n",
    "+ BUSY: Created query with ID CTAS_BUSY_n",
  ]);
  await pulled("SELECT * FROM PER_STATION;", [
    [1, 30],
    [2, 10],
  ]);
});
