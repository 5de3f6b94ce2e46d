import { expect, describe as group, test } from "vitest";
import type { InRecord, KafkaAdmin } from "../../runtime/kafka/ports.ts";
import { avroCodec, avroDecoder } from "../../runtime/registry/codec.ts";
import { memoryRegistry } from "../../runtime/registry/testing/memory.ts";
import { describe, jsonLine, readable } from "./decode.ts";
import { folded, summarize, topicTable } from "./topics.ts";

group("a record as a person reads it", () => {
  const registry = memoryRegistry();
  const avro = avroDecoder(registry);
  const record = (value: Buffer | null, key: Buffer | null = null): InRecord => ({
    topic: "t",
    partition: 1,
    offset: 42,
    timestamp: Date.UTC(2026, 0, 1),
    key,
    value,
    headers: { times: "1;2;3;4;5" },
  });

  test("Avro by the registry's schema, with key and headers", async () => {
    const key = await avroCodec<number>(registry, "t-key", "station-id");
    const value = await avroCodec<object>(registry, "t-value", "turnstile");
    const entry = { station_id: 40380, station_name: "Clark/Lake", line: "blue" };
    const shown = await readable(record(value.encode(entry), key.encode(40380)), avro);
    expect(shown).toMatchObject({ key: { format: "avro", content: 40380 }, value: { format: "avro" } });
    expect(describe(shown)).toBe(
      `2026-01-01T00:00:00.000Z  1@42  40380  ${JSON.stringify(entry)}\n    times: 1;2;3;4;5`,
    );
  });

  test("a record of ours from before the registry was set up again is read by ours, and says so", async () => {
    const value = await avroCodec<object>(memoryRegistry(77), "t-value", "turnstile");
    const entry = { station_id: 40380, station_name: "Clark/Lake", line: "blue" };
    const shown = await readable(record(value.encode(entry)), avro, {
      key: "station-id",
      value: "turnstile",
    });
    expect(shown.value).toMatchObject({ format: "avro", content: entry, own: "turnstile" });
    expect(describe(shown)).toContain(
      `${JSON.stringify(entry)}\n    (value read by our own schema turnstile: `,
    );
    expect((await readable(record(value.encode(entry)), avro)).value.format).toBe("bytes");
  });

  test.each([
    ["json", Buffer.from('{"a": 1}'), '{"a":1}'],
    ["text", Buffer.from("grüße"), "grüße"],
    ["bytes", Buffer.from([0xff, 0x00, 0x1b]), "0xff001b"],
    ["bytes", Buffer.from("\u001b[31mred"), "0x1b5b33316d726564"],
    ["bytes", Buffer.from([0, 0, 0, 0x7f, 0, 1]), "0x0000007f0001"],
    ["none", null, "∅"],
  ] as const)("%s", async (format, bytes, text) => {
    const shown = await readable(record(bytes), avro);
    expect(shown.value.format).toBe(format);
    expect(describe(shown)).toContain(text);
  });

  test("bytes within a value are hexadecimal in a line of JSON", () => {
    expect(jsonLine({ bytes: Buffer.from([1, 255]), n: 2n })).toBe('{"bytes":"01ff","n":"2"}');
  });
});

test("the stations' topics are two lines, the others one each", () => {
  const topic = (name: string, written: number) => ({ topic: name, partitions: 1, replicas: 1, written });
  const topics = folded([
    topic("fleet.telemetry", 7),
    topic("org.chicago.cta.station.arrivals.40380", 1),
    topic("org.chicago.cta.station.arrivals.41400", 2),
    topic("org.chicago.cta.station.turnstiles.40380", 3),
  ]);
  expect(topics.map(({ topic: name, partitions, written }) => [name, partitions, written])).toEqual([
    ["fleet.telemetry", 1, 7],
    ["org.chicago.cta.station.arrivals.*", 2, 3],
    ["org.chicago.cta.station.turnstiles.*", 1, 3],
  ]);
  expect(topicTable(topics).split("\n")[0]).toMatch(/^topic +partitions +replicas +written$/);
});

group("a list of topics", () => {
  const admin = (there: readonly string[]) =>
    ({
      describeTopics: async () => ["gone", "here"].map((topic) => ({ topic, replicas: [1] })),
      listTopics: async () => there,
      async endOffsets(topic: string) {
        if (topic === "gone") throw new Error("no such partition");
        return [2, 3];
      },
    }) as unknown as KafkaAdmin;

  test("leaves out what was deleted meanwhile", async () => {
    expect(await summarize(admin(["here"]), false)).toEqual([
      { topic: "here", partitions: 1, replicas: 1, written: 5 },
    ]);
  });

  test("fails when one that is there cannot be asked", async () => {
    await expect(summarize(admin(["gone", "here"]), false)).rejects.toThrow("no such partition");
  });
});
