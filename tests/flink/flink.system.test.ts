import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLINK_JARS, jarsFresh } from "../../infra/launcher/setup/jars.mjs";
import type { InRecord } from "../../infra/runtime/kafka/ports.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { HEADERS, parseCut, topicNames } from "../../schemas/topics.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader, type TopicReader } from "../support/topic-reader.ts";
import { countByKsql, type Entries, writeEntries } from "./same-sums.ts";

/* Both engines count the same entries while each process of Flink is killed. `npm run test:flink` fetches its jars. */
const asked = process.env["SUMMARY_ENGINE"] === "flink" && jarsFresh(projectRoot(), FLINK_JARS);

const { turnstiles, turnstileSummary } = topicNames("");
const BY_KSQL = "SUMMARY_BY_KSQL";
const PARTS = [
  "flink-taskmanager",
  "flink-jobmanager",
  "flink-gateway",
  "flink-zookeeper",
  "flink-taskmanager",
];
const WITHIN_MS = 240_000;

let system: TestSystem;
let topics: TopicReader;
let partitions = 0;
let entries: Entries | undefined;
const before = new Map<number, number>();
const ksqlState = mkdtempSync(join(tmpdir(), "beside-flink-"));

async function start(home?: string): Promise<void> {
  const args = ["--only", "flink-queries"];
  system = await startSystem({ args, home, env: { SUMMARY_ENGINE: "flink" }, readyWithinMs: WITHIN_MS });
  topics = await openTopicReader(system.endpoints);
  partitions = await topics.admin.partitionsOf(turnstiles);
}

async function stop(): Promise<void> {
  await topics.close();
  expect(await system.stop()).toBe(0);
}

/** Stop writing. @returns what was written so far, by station. */
async function writtenInAll(): Promise<ReadonlyMap<number, number>> {
  await entries?.stop();
  for (const [station, count] of entries?.written ?? [])
    before.set(station, (before.get(station) ?? 0) + count);
  entries = undefined;
  return before;
}

async function countOf({ value }: InRecord): Promise<number> {
  return ((await topics.avro(value)) as { readonly COUNT: number }).COUNT;
}

/** The last committed row of each key, as bytes, by the table's own order. */
async function table(topic: string): Promise<ReadonlyMap<string, string>> {
  const rows = await topics.read([topic]);
  return new Map(rows.map(({ key, value }) => [key?.toString("hex") ?? "", value?.toString("hex") ?? ""]));
}

/** Wait until Flink's table has the counts of all that was written. */
async function counted(written: ReadonlyMap<number, number>): Promise<void> {
  await eventually(
    async () => {
      const sums = new Map<number, number>();
      for (const row of await topics.read([turnstileSummary]))
        sums.set((await topics.avro(row.key)) as number, await countOf(row));
      expect(sums).toEqual(written);
    },
    WITHIN_MS,
    1_000,
  );
}

/** Once committed, a station's count only rises: nothing was counted again, and each row tells its own cut. */
async function rises(): Promise<void> {
  const last = new Map<
    string,
    { readonly count: number; readonly cut: number; readonly partition: number }
  >();
  for (const row of await topics.read([turnstileSummary])) {
    const key = row.key?.toString("hex") ?? "";
    const count = await countOf(row);
    const [cut] = [...(parseCut(row.headers[HEADERS.rowCut]) ?? [])];
    const earlier = last.get(key);
    if (earlier)
      expect([count > earlier.count, (cut?.[1] ?? 0) > earlier.cut, row.partition]).toEqual([
        true,
        true,
        earlier.partition,
      ]);
    last.set(key, { count, cut: cut?.[1] ?? 0, partition: row.partition });
  }
}

describe.skipIf(!asked)("Flink's sums", () => {
  beforeAll(() => start(), WITHIN_MS);
  afterAll(async () => {
    await entries?.stop();
    await stop();
    await system.remove();
    rmSync(ksqlState, { recursive: true, force: true });
  });

  test(
    "are those of ksql, key by key and byte by byte, while each process of Flink is killed",
    async () => {
      const stopKsql = await countByKsql(system.endpoints, BY_KSQL, ksqlState);
      entries = await writeEntries(system.endpoints, partitions, 22);
      for (const part of PARTS) {
        const total = entries.total;
        await eventually(() => expect(entries?.total).toBeGreaterThan(total + 500));
        await system.kill(part);
        await system.until(part, "ready");
      }
      const written = await writtenInAll();
      await counted(written);
      await eventually(
        async () => expect(await table(turnstileSummary)).toEqual(await table(BY_KSQL)),
        WITHIN_MS,
      );
      await rises();
      await stopKsql();
    },
    2 * WITHIN_MS,
  );

  test(
    "go on after a stop of all, and after a kill of all, where they were",
    async () => {
      for (const end of [() => system.stop(), () => system.killSupervisor()]) {
        await topics.close();
        await end();
        await start(system.home);
        entries = await writeEntries(system.endpoints, partitions, 23);
        await eventually(() => expect(entries?.total).toBeGreaterThan(500));
        await counted(await writtenInAll());
        await rises();
      }
    },
    2 * WITHIN_MS,
  );
});
