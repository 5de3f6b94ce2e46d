import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FLINK_JARS, jarsFresh } from "../../infra/launcher/setup/jars.mjs";
import { avroType } from "../../infra/runtime/avro/contracts.ts";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { eventually } from "../../infra/runtime/testing/eventually.ts";
import { HEADERS, TOPICS } from "../../schemas/topics.ts";
import { proofOf } from "../pipeline/agreement.ts";
import { startSystem, type TestSystem } from "../support/system.ts";
import { openTopicReader, type TopicReader } from "../support/topic-reader.ts";

/* The whole system with Flink in place of ksql, and its auditor. */
const asked = process.env["SUMMARY_ENGINE"] === "flink" && jarsFresh(projectRoot(), FLINK_JARS);
const WITHIN_MS = 240_000;
const HEADER_BYTES = 5;

let system: TestSystem;
let topics: TopicReader;

/** Wait until the proof holds, with so many more entries in the sums. @returns how many there are then */
async function holdsWith(more: number, before = 0): Promise<number> {
  return eventually(
    async () => {
      const { state, summed, miscounted, findings } = await proofOf(system.endpoints.DASHBOARD_URL);
      expect({ state, miscounted, findings }).toMatchObject({
        state: "holds",
        miscounted: 0,
        findings: { open: 0 },
      });
      expect(summed).toBeGreaterThan(before + more);
      return Number(summed);
    },
    WITHIN_MS,
    500,
  );
}

/** Repeat a station's last row with one entry less than it tells that it has. */
async function falsifyLastRow(): Promise<void> {
  const row = (await topics.read([TOPICS.turnstileSummary])).at(-1);
  const cut = row?.headers[HEADERS.rowCut];
  if (!row?.value || cut === undefined) throw new Error("no row with a cut");
  const { COUNT } = (await topics.avro(row.value)) as { readonly COUNT: number };
  const body = avroType("turnstile-summary").toBuffer({ COUNT: COUNT - 1 });
  const value = Buffer.concat([row.value.subarray(0, HEADER_BYTES), body]);
  const around = { logger: silentLogger, clock: systemClock };
  const kafka = createKafka({
    brokers: system.endpoints.KAFKA_BROKERS.split(","),
    clientId: "false-row",
    ...around,
  });
  const producer = await kafka.producer();
  const { topic, partition, key } = row;
  await producer.send([{ topic, partition, key, value, headers: { [HEADERS.rowCut]: cut } }]);
  await producer.close();
}

describe.skipIf(!asked)("the auditor of Flink's sums", () => {
  beforeAll(async () => {
    const args = ["--stations", "40380,41400,40260,40330", "--rate", "2"];
    system = await startSystem({ args, env: { SUMMARY_ENGINE: "flink" }, readyWithinMs: WITHIN_MS });
    topics = await openTopicReader(system.endpoints);
  }, WITHIN_MS);
  afterAll(async () => {
    await topics?.close();
    await system?.stop();
    await system?.remove();
  });

  test(
    "holds each row against the entries up to its cut, also after kills",
    async () => {
      let summed = await holdsWith(500);
      for (const part of ["flink-taskmanager", "flink-jobmanager"]) {
        await system.kill(part);
        await system.until(part, "ready");
        summed = await holdsWith(500, summed);
      }
    },
    2 * WITHIN_MS,
  );

  test(
    "names a row that has one entry less than it tells",
    async () => {
      await eventually(
        async () => {
          await falsifyLastRow();
          const { open } = await proofOf(system.endpoints.DASHBOARD_URL);
          expect(open.map(({ words }) => words).join()).toMatch(/sum|summary|total/i);
        },
        WITHIN_MS,
        1_000,
      );
    },
    WITHIN_MS,
  );
});
