import { spawn } from "node:child_process";
import { join } from "node:path";
import { beforeAll, expect, inject, test } from "vitest";
import { systemClock } from "../../runtime/clock.ts";
import { createKafka } from "../../runtime/kafka/kafka.ts";
import { silentLogger } from "../../runtime/logger.ts";
import { projectRoot } from "../../runtime/project-root.ts";

const prefix = `peek${process.pid}.`;
const topic = `${prefix}greetings`;

beforeAll(async () => {
  const kafka = createKafka({
    brokers: inject("kafka").split(","),
    clientId: "test",
    clock: systemClock,
    logger: silentLogger,
  });
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions: 1 }]);
  await admin.close();
  const producer = await kafka.producer();
  const words = ["one", "two", "three"];
  await producer.send(
    words.map((word) => ({ topic, key: Buffer.from(word), value: Buffer.from(`{"w":"${word}"}`) })),
  );
  await producer.close();
});

/** The command as npm runs it. */
function inspect(...args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  const main = join(projectRoot(), "dist", "infra", "operator", "inspect", "main.js");
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, KAFKA_BROKERS: inject("kafka") },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, out, err })));
}

test("what is there is printed in order, up to the limit, and the command ends", async () => {
  const [all, two] = await Promise.all([
    inspect("peek", topic, "--from-beginning", "--no-follow", "--json"),
    inspect("peek", topic, "--from-beginning", "--limit", "2"),
  ]);
  expect(all.code).toBe(0);
  const lines = all.out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { value: { content: { w: string } } });
  expect(lines.map(({ value }) => value.content.w)).toEqual(["one", "two", "three"]);
  expect(two.out).toMatch(/0@0 {2}one {2}\{"w":"one"\}\n.*0@1 {2}two/);
  expect(two.out).not.toContain("three");
});

test("an unknown topic is answered with the nearest, on stderr, and 2; the list names it", async () => {
  const [unknown, list] = await Promise.all([
    inspect("peek", `${prefix}greeting`),
    inspect("topics", "--json"),
  ]);
  expect(unknown).toMatchObject({ code: 2, out: "" });
  expect(unknown.err).toContain(`did you mean ${topic}?`);
  const topics = JSON.parse(list.out) as { topic: string; written: number }[];
  expect(topics.find((each) => each.topic === topic)).toMatchObject({
    partitions: 1,
    replicas: 1,
    written: 3,
  });
});
