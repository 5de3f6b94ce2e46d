import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Column, Source } from "../catalog/source.ts";
import { BIGINT, BOOLEAN, DOUBLE, decimalType, INTEGER, STRING, TIMESTAMP } from "../sql/types.ts";
import { memoryRegistry } from "../testing/memory-registry.ts";
import { Decimal } from "../values/decimal.ts";
import type { Value } from "../values/value.ts";
import { columnsOfSchema, parseSchemaText } from "./avro-schema.ts";
import { jsonSerde } from "./json.ts";
import { kafkaSerde } from "./kafka.ts";
import { serdesOf } from "./side.ts";

const COLUMNS: readonly Column[] = [
  { name: "I", type: INTEGER },
  { name: "B", type: BIGINT },
  { name: "D", type: DOUBLE },
  { name: "S", type: STRING },
  { name: "F", type: BOOLEAN },
  { name: "P", type: decimalType(30, 4) },
  { name: "T", type: TIMESTAMP },
];

const SOURCE: Source = {
  name: "X",
  type: "STREAM",
  topic: "x",
  partitions: 1,
  keys: [{ name: "K", type: BIGINT }],
  values: COLUMNS,
  keyFormat: "AVRO",
  valueFormat: "AVRO",
  wrapValue: true,
  statement: "",
};

const rows = fc.tuple(
  fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0))),
  fc.option(fc.string({ unit: "grapheme" })),
  fc.option(fc.boolean()),
  fc.option(fc.bigInt({ min: -(10n ** 29n), max: 10n ** 29n }).map((n) => new Decimal(n, 4))),
  fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 })),
);

test("whatever the columns hold, JSON and Avro give it back, to the last of 64 bits", async () => {
  const { key, value } = await serdesOf(SOURCE, memoryRegistry(), true);
  const json = jsonSerde(COLUMNS, true);
  await value.prepare?.([value.encode(COLUMNS.map(() => null))]);
  await key.prepare?.([key.encode([1n])]);
  fc.assert(
    fc.property(rows, (row: readonly Value[]) => {
      expect(value.decode(value.encode(row) ?? Buffer.alloc(0))).toEqual(row);
      expect(json.decode(json.encode(row) ?? Buffer.alloc(0))).toEqual(row);
      const id = row[1];
      if (typeof id === "bigint") expect(key.decode(key.encode([id]) ?? Buffer.alloc(0))).toEqual([id]);
    }),
    { seed: 11, numRuns: 200 },
  );
});

describe("JSON as ksqlDB reads it", () => {
  const decode = (text: string): readonly Value[] => jsonSerde(COLUMNS, true).decode(Buffer.from(text));

  test("names whatever their case, missing members NULL, numbers for texts, texts for numbers", () => {
    expect(decode('{"i":1,"S":12.50,"b":"7","d":3,"T":"1000"}')).toEqual([
      1,
      7n,
      3,
      "12.50",
      null,
      null,
      1000,
    ]);
  });

  test("64 bits and exact decimals", () => {
    expect(decode('{"B":9223372036854775807,"P":1.2345}').slice(1, 6)).toEqual([
      9_223_372_036_854_775_807n,
      null,
      null,
      null,
      new Decimal(12_345n, 4),
    ]);
  });

  test.each(['{"I":"x"}', '{"F":1}', '{"I":true}', "[1]", "12", "{", '{"P":123456789012345678901234567.5}'])(
    "%s is poison",
    (text) => {
      expect(() => decode(text)).toThrow();
    },
  );

  test("a single key is a bare value, NULL is no bytes", () => {
    const key = jsonSerde([{ name: "K", type: STRING }], false);
    expect(key.encode(["a"])?.toString()).toBe('"a"');
    expect(key.encode([null])).toBeNull();
  });

  test("doubles keep their point, NULL is written", () => {
    expect(jsonSerde(COLUMNS.slice(2, 4), true).encode([3, null])?.toString()).toBe('{"D":3.0,"S":null}');
  });
});

describe("Kafka's own formats", () => {
  test.each([
    [INTEGER, -2, "fffffffe"],
    [BIGINT, 258n, "0000000000000102"],
    [DOUBLE, 1, "3ff0000000000000"],
    [STRING, "é", "c3a9"],
  ] as const)("%o %s", (type, value, hex) => {
    const serde = kafkaSerde([{ name: "K", type }]);
    expect(serde.encode([value])?.toString("hex")).toBe(hex);
    expect(serde.decode(Buffer.from(hex, "hex"))).toEqual([value]);
  });

  test("another length is poison", () => {
    expect(() => kafkaSerde([{ name: "K", type: INTEGER }]).decode(Buffer.alloc(3))).toThrow("not 4: 3");
  });
});

test("a schema's fields become columns in upper case; a bare type has the name it is given", () => {
  const fields = [
    { name: "station_id", type: "int" },
    { name: "at", type: ["null", { type: "long", logicalType: "timestamp-millis" }] },
    { name: "line", type: { type: "enum", name: "L", symbols: ["red"] } },
  ];
  const record = parseSchemaText(JSON.stringify({ type: "record", name: "R", fields }));
  expect(columnsOfSchema(record, "ROWVAL")).toEqual([
    { name: "STATION_ID", type: INTEGER },
    { name: "AT", type: TIMESTAMP },
    { name: "LINE", type: STRING },
  ]);
  expect(columnsOfSchema(parseSchemaText('"int"'), "ROWKEY")).toEqual([{ name: "ROWKEY", type: INTEGER }]);
});

test("another writer's schema is read by name: other order, more fields, enums and floats", async () => {
  const registry = memoryRegistry();
  const columns = [
    { name: "LINE", type: STRING },
    { name: "ID", type: BIGINT },
    { name: "GONE", type: STRING },
  ];
  const { value } = await serdesOf({ ...SOURCE, values: columns }, registry, false);
  const id = await registry.register(
    "other",
    JSON.stringify({
      type: "record",
      name: "R",
      fields: [
        { name: "extra", type: ["null", "string"] },
        { name: "id", type: "int" },
        { name: "line", type: { type: "enum", name: "L", symbols: ["red", "blue"] } },
      ],
    }),
  );
  const bytes = Buffer.from([0, 0, 0, 0, id, /* extra: null */ 0, /* id: 7 */ 14, /* line: blue */ 2]);
  await value.prepare?.([bytes]);
  expect(value.decode(bytes)).toEqual(["blue", 7n, null]);
});

test("records of an unknown schema, or of another shape, are poison and stop nothing", async () => {
  const registry = memoryRegistry();
  await registry.register(`${SOURCE.topic}-value`, '"string"');
  const { value } = await serdesOf({ ...SOURCE, values: [{ name: "ID", type: INTEGER }] }, registry, false);
  const nested = { type: "record", name: "N", fields: [] };
  const id = await registry.register(
    "x",
    JSON.stringify({ ...nested, name: "R", fields: [{ name: "id", type: nested }] }),
  );
  const records = [
    Buffer.from([0, 0, 0, 9, 9, 2]),
    Buffer.from([0, 0, 0, 0, id, 2]),
    Buffer.from("no Avro at all"),
  ];
  await value.prepare?.(records);
  for (const record of records) expect(() => value.decode(record)).toThrow();
});

test("records whose schema nobody knows, and whose subject neither, wait until it is registered again", async () => {
  const registry = memoryRegistry();
  const { value } = await serdesOf({ ...SOURCE, values: [{ name: "ID", type: INTEGER }] }, registry, false);
  const record = Buffer.from([0, 0, 0, 0, 9, 14]);
  await expect(value.prepare?.([record])).rejects.toMatchObject({
    code: "REGISTRY_UNAVAILABLE",
    retryable: true,
    message: expect.stringMatching(/neither schema 9 nor any of .*-value: if it was set up again/),
  });
  const schema = { type: "record", name: "E", fields: [{ name: "id", type: "int" }] };
  await registry.register(`${SOURCE.topic}-value`, JSON.stringify(schema));
  await value.prepare?.([record]);
  expect(value.decode(record)).toEqual([7]);
});

test("what a registry that was set up again cannot tell is read by the subject's newest, if it fits exactly", async () => {
  const registry = memoryRegistry();
  const entry = (...names: readonly string[]): string =>
    JSON.stringify({ type: "record", name: "E", fields: names.map((name) => ({ name, type: "int" })) });
  await registry.register("somebody's", entry("x", "y", "id"));
  await registry.register(`${SOURCE.topic}-value`, entry("id", "n"));
  const columns = ["ID", "N"].map((name) => ({ name, type: INTEGER }));
  const { value } = await serdesOf({ ...SOURCE, values: columns }, registry, false);
  const unknown = Buffer.from([0, 0, 0, 0, 9, 14, 2]);
  const others = Buffer.from([0, 0, 0, 0, 1, 14, 2]);
  const longer = Buffer.from([0, 0, 0, 0, 9, 14, 2, 4]);
  await value.prepare?.([unknown, others, longer]);
  expect(value.decode(unknown)).toEqual([7, 1]);
  expect(value.decode(others)).toEqual([7, 1]);
  expect(() => value.decode(longer)).toThrow(
    new RegExp(
      `no schema 9, and the newest of ${SOURCE.topic}-value does not fit: if the registry was set up`,
    ),
  );
});
