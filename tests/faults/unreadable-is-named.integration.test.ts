import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { silentLogger } from "../../infra/runtime/logger.ts";
import { projectRoot } from "../../infra/runtime/project-root.ts";
import { type KafkaProxy, startKafkaProxy } from "../support/kafka-proxy.ts";

const at = (broker: string) =>
  createKafka({ brokers: [broker], clientId: "unreadable", logger: silentLogger, clock: systemClock });
const cleanup: (() => void | Promise<void>)[] = [];
let topic: string;
let stateTopic: string;
let proxy: KafkaProxy;

/** A topic of one record, whose batch says that a codec has compressed it which Kafka has not given a name yet. */
beforeEach(async () => {
  topic = `unreadable-${randomUUID()}`;
  stateTopic = `${topic}-state`;
  const kafka = at(inject("kafka"));
  const admin = await kafka.admin();
  await admin.ensureTopics([topic, stateTopic].map((name) => ({ topic: name, partitions: 1 })));
  await admin.close();
  const producer = await kafka.producer();
  await producer.send([{ topic, key: null, value: Buffer.from("the unreadable") }]);
  await producer.close();
  proxy = await startKafkaProxy(inject("kafka"));
  proxy.alter("Fetch", (reply) => claimCodec(reply, "the unreadable", 5));
});
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
  proxy.close();
});

test("an unknown codec is named at once, by tails and by processors", async () => {
  const lying = at(proxy.address);
  const error = { code: "KAFKA_UNREADABLE", retryable: false, message: expect.stringContaining("number 5") };
  const tail = await lying.tail({ topics: [topic], from: "beginning", onRecords: () => {} });
  cleanup.push(() => tail.stop());
  await expect(tail.failed).rejects.toMatchObject(error);
  await expect(tail.caughtUp).rejects.toMatchObject(error);
  const processor = await lying.processor({
    group: topic,
    inputs: [topic],
    stateTopic,
    task: () => ({ restore() {}, process: () => [] }),
  });
  cleanup.push(() => processor.stop());
  await expect(processor.failed).rejects.toMatchObject(error);
});

test("peek ends with it", async () => {
  const main = join(projectRoot(), "dist", "infra", "operator", "inspect", "main.js");
  const child = spawn(process.execPath, [main, "peek", topic, "--from-beginning"], {
    env: { ...process.env, KAFKA_BROKERS: proxy.address },
    stdio: ["ignore", "pipe", "pipe"],
  });
  cleanup.push(() => void child.kill("SIGKILL"));
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(code).toBe(1);
  expect(said).toContain("compressed by a codec that is not known here (number 5)");
  expect(said).not.toContain("KAFKA_UNAVAILABLE");
});

/** The batch that holds this text says that it is compressed by this codec. */
function claimCodec(reply: Buffer, text: string, codec: number): Buffer {
  const inside = reply.indexOf(text);
  for (let start = inside; start >= 0 && inside >= 0; start--) {
    // Format version 2, base offset 0, and a length that reaches to the text.
    const fits = reply[start + 16] === 2 && reply.readBigInt64BE(start) === 0n;
    if (!fits || start + 12 + reply.readInt32BE(start + 8) < inside) continue;
    reply.writeInt16BE((reply.readInt16BE(start + 21) & ~7) | codec, start + 21);
    break;
  }
  return reply;
}
