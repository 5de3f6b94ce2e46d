import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { EXIT } from "../../schemas/errors.ts";
import { topicNames } from "../../schemas/topics.ts";

const prefix = `first${process.pid}.`;

/** As the first container of a pod runs it; PostgreSQL is not there. */
async function bootstrap(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> {
  const main = join(projectRoot(), "dist", "infra", "operator", "bootstrap", "main.js");
  const environment = {
    KAFKA_BROKERS: inject("kafka"),
    POSTGRES_URL: "postgresql://cta_admin@127.0.0.1:1/cta",
    TOPIC_PREFIX: prefix,
  };
  return promisify(execFile)(process.execPath, [main, "--topics-only", ...args], {
    env: { ...process.env, ...environment },
  }).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    ({
      code,
      stdout,
      stderr,
    }: {
      readonly code: number;
      readonly stdout: string;
      readonly stderr: string;
    }) => ({ code, text: stdout + stderr }),
  );
}

test("pods that start together make all topics with this cluster's number, and one with another number does not start", async () => {
  const together = await Promise.all([1, 2, 3].map(() => bootstrap("--partitions", "5")));
  expect(together.map(({ code }) => code)).toEqual([0, 0, 0]);
  const kafka = createKafka({
    brokers: inject("kafka").split(","),
    clientId: "test",
    clock: systemClock,
    logger: silentLogger,
  });
  const admin = await kafka.admin();
  const { raw, dedupState, turnstiles, connectStations } = topicNames(prefix);
  const partitions = await Promise.all(
    [raw, dedupState, turnstiles, connectStations].map((topic) => admin.partitionsOf(topic)),
  );
  await admin.close();
  expect(partitions).toEqual([5, 5, 5, 1]);
  const other = await bootstrap("--partitions", "6");
  expect(other.text).toContain("there are 5 partitions, not 6");
  expect(other.code).toBe(EXIT.config);
});
