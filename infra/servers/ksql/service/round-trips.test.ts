import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAvroSchema } from "../../../runtime/avro/type.ts";
import { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/source.ts";
import { applyCommand } from "../commands/apply.ts";
import { avroSerde } from "../formats/avro.ts";
import { avroSchema } from "../formats/avro-schema.ts";
import { jsonSerde } from "../formats/json.ts";
import { kafkaSerde } from "../formats/kafka.ts";
import type { Serde } from "../formats/serde.ts";
import { rowOf } from "../rest/inserted-row.ts";
import { type BaseType, type SqlType, typeText } from "../sql/types.ts";
import { openHarness } from "../testing/harness.ts";
import { memoryRegistry } from "../testing/memory-registry.ts";
import { Decimal } from "../values/decimal.ts";
import type { Value } from "../values/value.ts";

/** What a format writes it reads back as it was; what it cannot hold is an error, never another value. */

type Given = Exclude<Value, null>;
const DECIMAL: SqlType = { base: "DECIMAL", precision: 20, scale: 3 };
const day = 86_400_000;
const VALUES: Readonly<Record<BaseType, fc.Arbitrary<Given>>> = {
  BOOLEAN: fc.boolean(),
  INTEGER: fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1)),
  BIGINT: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.constantFrom(-(2n ** 63n), 2n ** 53n + 1n),
  ),
  DECIMAL: fc
    .bigInt({ min: -(10n ** 20n - 1n), max: 10n ** 20n - 1n })
    .map((unscaled) => new Decimal(unscaled, 3)),
  DOUBLE: fc.double(),
  STRING: fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("", "null", '"', "\\", "\u0000", "😀")),
  BYTES: fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  TIMESTAMP: fc.integer({ min: -(2 ** 45), max: 2 ** 45 }),
  DATE: fc.integer({ min: -700_000, max: 2_900_000 }),
  TIME: fc.integer({ min: 0, max: day - 1 }),
};
const BASES = Object.keys(VALUES) as readonly BaseType[];
const typeOf = (base: BaseType): SqlType => (base === "DECIMAL" ? DECIMAL : { base });
const same = (out: Value | undefined, given: Value): void => {
  if (given instanceof Decimal) expect(String(out)).toBe(String(given));
  else if (Buffer.isBuffer(given)) expect(Buffer.compare(out as Buffer, given)).toBe(0);
  else expect(out).toBe(given);
};

async function avro(columns: readonly Column[], wrapped: boolean, isKey: boolean): Promise<Serde> {
  const registry = memoryRegistry();
  const id = await registry.register("s", avroSchema(columns, wrapped, isKey));
  const serde = avroSerde(columns, wrapped, isKey, registry, "s", id);
  const header = Buffer.alloc(5);
  header.writeInt32BE(id, 1);
  await serde.prepare?.([header]);
  return serde;
}

describe("one value", () => {
  const columnsOf = (base: BaseType): readonly Column[] => [{ name: "V", type: typeOf(base) }];
  const there = (serde: Serde, given: Given): void => {
    const bytes = serde.encode([given]);
    expect(bytes).not.toBeNull();
    if (bytes) same(serde.decode(bytes)[0], given);
  };
  const holds = (base: BaseType, serde: Serde): void =>
    fc.assert(
      fc.property(VALUES[base], (given) => {
        // A double that is -0 is 0 in no format but the binary ones.
        there(serde, Object.is(given, -0) ? 0 : given);
      }),
      { numRuns: 200, seed: 1 },
    );

  test.each(BASES)("JSON, in an object and bare: %s", (base) => {
    for (const wrapped of [true, false]) holds(base, jsonSerde(columnsOf(base), wrapped));
  });

  test.each(BASES)("AVRO, in a record and bare, key and value: %s", async (base) => {
    for (const wrapped of [true, false])
      for (const isKey of [true, false]) holds(base, await avro(columnsOf(base), wrapped, isKey));
  });

  test.each<BaseType>(["INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES"])("KAFKA: %s", (base) => {
    holds(base, kafkaSerde(columnsOf(base)));
  });
});

describe("a whole row, NULLs too", () => {
  const columns = BASES.map((base): Column => ({ name: base, type: typeOf(base) }));
  const row = fc.tuple(
    ...BASES.map((base) => fc.option(VALUES[base].filter((value) => !Object.is(value, -0)))),
  );
  test.each(["JSON", "AVRO"])("%s", async (format) => {
    const serde = format === "JSON" ? jsonSerde(columns, true) : await avro(columns, true, false);
    const there = (given: readonly Value[]): void => {
      const out = serde.decode(serde.encode(given) ?? Buffer.alloc(0));
      expect(out).toHaveLength(given.length);
      for (const [i, value] of given.entries()) same(out[i], value);
    };
    fc.assert(fc.property(row, there), { numRuns: 200, seed: 1 });
  });
});

describe("a column of another type than its Avro schema's", () => {
  /** What a schema's type reads as, by ksqlDB's `ConnectDataTranslator`: text of the value, or undefined. */
  const WRITTEN: readonly (readonly [
    schema: unknown,
    datum: unknown,
    reads: Readonly<Partial<Record<BaseType, string>>>,
  ])[] = [
    ["boolean", true, { BOOLEAN: "true", STRING: "true" }],
    ["int", 7, { INTEGER: "7", BIGINT: "7", TIMESTAMP: "7", DATE: "7", TIME: "7", STRING: "7" }],
    ["long", 2n ** 40n, { BIGINT: "1099511627776", TIMESTAMP: "1099511627776", STRING: "1099511627776" }],
    ["double", 0.5, { DOUBLE: "0.5", STRING: "0.5" }],
    ["string", "7", { STRING: "7" }],
    ["bytes", Buffer.from("7"), { BYTES: "7" }],
    [{ type: "long", logicalType: "timestamp-millis" }, 5n, { BIGINT: "5", TIMESTAMP: "5", STRING: "5" }],
    [{ type: "int", logicalType: "date" }, 5, { INTEGER: "5", BIGINT: "5", DATE: "5", STRING: "5" }],
    [{ type: "int", logicalType: "time-millis" }, 5, { INTEGER: "5", BIGINT: "5", TIME: "5", STRING: "5" }],
  ];
  const pairs = WRITTEN.flatMap(([schema, datum, reads]) =>
    BASES.map((base) => [JSON.stringify(schema), typeText(typeOf(base)), base, datum, reads[base]] as const),
  );
  test.each(pairs)("%s as %s is read as it is, or not at all", async (schema, _, base, datum, out) => {
    const text = `{"type":"record","name":"R","fields":[{"name":"V","type":${schema}}]}`;
    const registry = memoryRegistry();
    const id = await registry.register("s", text);
    const header = Buffer.alloc(5);
    header.writeInt32BE(id, 1);
    const bytes = Buffer.concat([
      header,
      parseAvroSchema(text.replace(/\{"type":("\w+"),"logicalType":"[^"]*"\}/, "$1")).type.toBuffer({
        V: datum,
      }),
    ]);
    const serde = avroSerde([{ name: "V", type: typeOf(base) }], true, false, registry, "s", undefined);
    await serde.prepare?.([bytes]);
    // BIGINT over date and time, and their like, are what ksqlDB's Java classes happen to take too.
    if (out === undefined) expect(() => serde.decode(bytes)).toThrow(/Cannot deserialize type/);
    else expect(String(serde.decode(bytes)[0])).toBe(out);
  });
});

describe("a row of /inserts-stream, its key too", () => {
  const catalog = new Catalog();
  for (const base of BASES) {
    const type = typeText(typeOf(base));
    const statement = `CREATE STREAM S_${base} (K ${type} KEY, V ${type}) WITH (KAFKA_TOPIC='${base}', FORMAT='JSON', PARTITIONS=1);`;
    const properties = { version: 1, id: base, properties: {}, inferred: {} } as const;
    applyCommand(catalog, { ...properties, statement }, 0);
  }
  /** JSON and what a column of each type holds then, as text; of no other type is it taken. */
  const MEMBERS: readonly (readonly [string, Readonly<Partial<Record<BaseType, string>>>])[] = [
    ["true", { BOOLEAN: "true" }],
    ["7", { INTEGER: "7", BIGINT: "7", DOUBLE: "7", DECIMAL: "7.000" }],
    ["2147483648", { BIGINT: "2147483648", DOUBLE: "2147483648", DECIMAL: "2147483648.000" }],
    ["-9223372036854775809", { DOUBLE: "-9223372036854776000" }],
    ["0.0005", { DOUBLE: "0.0005", DECIMAL: "0.001" }],
    ["1e400", {}],
    ['"7"', { STRING: "7", DECIMAL: "7.000" }],
    [
      '"2020"',
      { STRING: "2020", DECIMAL: "2020.000", DATE: "18262", TIMESTAMP: "1577836800000", BYTES: "db4db4" },
    ],
    ['"2020-02-29"', { STRING: "2020-02-29", DATE: "18321", TIMESTAMP: "1582934400000" }],
    ['"2021-02-29"', { STRING: "2021-02-29", TIMESTAMP: "1614470400000" }],
    ['"24:00"', { STRING: "24:00" }],
    ['"04:05"', { STRING: "04:05", TIME: "14700000" }],
    ['""', { STRING: "", BYTES: "" }],
    ["[7]", {}],
    ['{"a":7}', {}],
  ];
  test.each(MEMBERS)("%s", (json, taken) => {
    for (const base of BASES) {
      const source = catalog.source(`S_${base}`);
      if (!source) throw new Error("no source");
      const text = taken[base];
      const insert = () => rowOf(`{"K":${json},"V":${json}}`, source);
      if (text === undefined) expect(insert, base).toThrow(/^Can't coerce a field of type class/);
      else {
        const { key, values } = insert();
        const shown = [key[0], values[0]].map((v) => (Buffer.isBuffer(v) ? v.toString("hex") : String(v)));
        expect(shown, base).toEqual([text, text]);
      }
    }
  });

  test("a key that is missing or null is refused, a value is NULL", () => {
    const source = catalog.source("S_INTEGER");
    if (!source) throw new Error("no source");
    for (const line of ['{"V":1}', '{"K":null,"V":1}'])
      expect(() => rowOf(line, source)).toThrow("Key field must be specified: K");
    expect(rowOf('{"K":1}', source)).toEqual({ key: [1], values: [null] });
  });
});

describe("a key that is inserted", () => {
  let h: Awaited<ReturnType<typeof openHarness>>;
  const KEYS = [
    ...(["INTEGER", "BIGINT", "DOUBLE", "STRING"] as const).map((base) => ["KAFKA", base] as const),
    ...BASES.filter((base) => base !== "BYTES").flatMap((base) => [
      ["JSON", base] as const,
      ["AVRO", base] as const,
    ]),
  ];
  beforeAll(async () => {
    h = await openHarness();
    for (const [i, [format, base]] of KEYS.entries()) {
      await h.topics(`k${i}`);
      await h.ksql(
        `CREATE STREAM K_${i} (K ${typeText(typeOf(base))} KEY, V INT) WITH (KAFKA_TOPIC='k${i}', KEY_FORMAT='${format}', VALUE_FORMAT='JSON');`,
      );
    }
  });
  afterAll(() => h.close());

  const literals: Readonly<Record<string, readonly string[]>> = {
    BOOLEAN: ["true", "false"],
    INTEGER: ["2147483647", "-2147483648", "2147483648", "3.5", "'x'"],
    BIGINT: ["9223372036854775807", "-9223372036854775808", "9007199254740993", "9223372036854775808", "1.5"],
    DECIMAL: ["12345678901234567.891", "-0.001", "0.0001", "123456789012345678"],
    DOUBLE: ["0.1", "-1E300", "5", "1E400"],
    STRING: ["''", "'a''b'", "'😀'", "7"],
    TIMESTAMP: ["'2020-02-03T04:05:06.007'", "'soon'"],
    DATE: ["'2020-02-29'", "'2021-02-29'"],
    TIME: ["'04:05:06'", "'24:00'"],
  };
  test.each(KEYS.map(([format, base], i) => [format, base, i] as const))(
    "in %s as %s is what was given, or refused",
    async (_, base, i) => {
      let taken = 0;
      for (const literal of literals[base] ?? []) {
        try {
          await h.ksql(`INSERT INTO K_${i} (K, V) VALUES (${literal}, ${taken});`);
        } catch {
          continue;
        }
        const [, row] = await h.rows(`SELECT CAST(K AS STRING) FROM K_${i} WHERE V = ${taken};`);
        const [shown = ""] = JSON.parse(row ?? "[]") as string[];
        taken++;
        const given = literal.replace(/^'|'$/g, "").replaceAll("''", "'");
        if (base === "DOUBLE") expect(Number(shown)).toBe(Number(given));
        else if (base === "DECIMAL") expect(shown.replace(/\.?0+$/, "")).toBe(given.replace(/\.?0+$/, ""));
        else expect(shown).toBe(given);
      }
      expect(taken).toBeGreaterThan(0);
    },
  );
});
