import { randomUUID } from "node:crypto";
import { expect, inject, test } from "vitest";
import { systemClock } from "../../../clock.ts";
import { silentLogger } from "../../../logger.ts";
import { createKafka } from "../../kafka.ts";
import { contentsOf } from "../../testing/contents.ts";

const kafka = createKafka({
  brokers: [inject("kafka")],
  clientId: "codecs",
  logger: silentLogger,
  clock: systemClock,
});

/** A topic whose records the broker itself keeps compressed, as a user's may be. */
async function written(codec: string, values: readonly string[]): Promise<string> {
  const topic = `codecs-${codec}-${randomUUID()}`;
  const admin = await kafka.admin();
  await admin.ensureTopics([{ topic, partitions: 1, config: { "compression.type": codec } }]);
  await admin.close();
  const producer = await kafka.producer();
  await producer.send(values.map((value) => ({ topic, key: Buffer.from("k"), value: Buffer.from(value) })));
  await producer.close();
  return topic;
}

test.each(["gzip", "snappy", "lz4", "zstd"])(
  "records in %s are read, long runs and short ones",
  async (codec) => {
    // Beyond one block of each codec, and with little to gain as well as much.
    const long = Array.from({ length: 20_000 }, (_, n) => (n * 2_654_435_761).toString(36)).join(" ");
    const values = ["a", "b".repeat(100_000), long, ...Array.from({ length: 500 }, (_, n) => `value ${n}`)];
    const topic = await written(codec, values);
    const read = await contentsOf(kafka, [topic]);
    expect(read.map(({ value }) => value?.toString())).toEqual(values);
    // By the reader of ours, which unpacks by itself.
    const looked: string[] = [];
    const group = kafka.tailGroup({ gapMs: () => 10 });
    const tail = await group.tail({
      topics: [topic],
      from: "beginning",
      onRecords: (records) => void looked.push(...records.map(({ value }) => String(value))),
    });
    await tail.caughtUp;
    await group.stop();
    expect(looked).toEqual(values);
  },
);
