import { execFile } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../../infra/runtime/clock.ts";
import { createKafka } from "../../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../../infra/runtime/logger.ts";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { AUDIT_KEYS, type Finding } from "../../../schemas/audit.ts";
import { topicNames } from "../../../schemas/topics.ts";

const prefix = `audited${process.pid}.`;
const topics = topicNames(prefix);
const finding: Finding = {
  id: "miscounted-summary-40380",
  kind: "miscounted",
  hop: "summary",
  cause: null,
  deviceId: null,
  bootId: null,
  ranges: [],
  readings: -2,
  stationId: 40380,
  reading: "turnstile",
  evidence: [{ topic: topics.fleet, partition: 0, offset: 0 }],
  firstSeen: 0,
  lastSeen: 0,
  detail: "",
  resolved: null,
};

beforeAll(async () => {
  const around = { clientId: "test", clock: systemClock, logger: silentLogger };
  const kafka = createKafka({ brokers: inject("kafka").split(","), ...around });
  const admin = await kafka.admin();
  await admin.ensureTopics([topics.audit, topics.fleet].map((topic) => ({ topic, partitions: 1 })));
  await admin.close();
  const producer = await kafka.producer();
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  await producer.send([
    { topic: topics.fleet, partition: 0, key: Buffer.from("V-007"), value: json({ speed: 12 }) },
    {
      topic: topics.audit,
      partition: 0,
      key: Buffer.from(AUDIT_KEYS.finding + finding.id),
      value: json(finding),
    },
  ]);
  await producer.close();
});

/** The command as npm runs it. */
async function audit(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const main = join(projectRoot(), "dist", "central", "audit", "main.js");
  const env = { ...process.env, KAFKA_BROKERS: inject("kafka"), TOPIC_PREFIX: prefix };
  return promisify(execFile)(process.execPath, [main, ...args], { env }).then(
    ({ stdout, stderr }) => ({ code: 0, out: stdout, err: stderr }),
    (error: { code: number; stdout: string; stderr: string }) => {
      return { code: error.code, out: error.stdout, err: error.stderr };
    },
  );
}

test("a finding is listed, shown with its record, and resolved with a reason", async () => {
  const [listed, shown, refused] = await Promise.all([
    audit("list", "--check"),
    audit("show", finding.id),
    audit("resolve", finding.id),
  ]);
  expect(listed).toMatchObject({ code: 1, err: "" });
  expect(listed.out).toContain("OPEN  Station 40380: the sum is 2 entries too low.");
  expect(shown).toMatchObject({ code: 0, err: "" });
  expect(shown.out).toContain('"speed": 12');
  expect(refused.code).toBe(2);
  expect(refused.err).toContain("--reason");

  const resolved = await audit("resolve", "--all", "--reason", "an old copy was put back");
  expect(resolved).toMatchObject({ code: 0, err: "" });
  expect(resolved.out).toContain(`resolved ${finding.id} (${userInfo().username}: an old copy was put back)`);
  const after = await audit("list", "--json", "--all", "--check");
  expect(after.code).toBe(0);
  expect(JSON.parse(after.out)).toMatchObject({
    verdict: null,
    findings: [{ id: finding.id, resolved: { by: userInfo().username, reason: "an old copy was put back" } }],
  });
});
