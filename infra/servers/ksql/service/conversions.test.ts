import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Catalog } from "../catalog/catalog.ts";
import { applyCommand } from "../commands/apply.ts";
import { jsonSerde } from "../formats/json.ts";
import { rowOf } from "../rest/inserted-row.ts";
import type { SqlType } from "../sql/types.ts";
import { openHarness } from "../testing/harness.ts";
import { castConversion } from "../values/cast.ts";
import { type Value, valueText } from "../values/value.ts";

/**
 * No statement that is accepted changes a value silently: what goes in comes out, or is refused. The model of each
 * conversion is arithmetic on the digits of the number's text; it shares nothing with the server.
 */

/** A number as its sign, digits and power of ten, without zeros that say nothing. */
function exact(text: string): string {
  const match = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!match) throw new Error(`no number: ${text}`);
  const [, sign = "", whole = "", fraction = "", power = "0"] = match;
  const digits = (whole + fraction).replace(/^0+/, "");
  const short = digits.replace(/0+$/, "");
  if (short === "") return "0";
  return `${sign === "-" ? "-" : ""}${short}e${Number(power) - fraction.length + digits.length - short.length}`;
}

/** Digits that are left of a number when it is rounded to two behind the point, halves away from zero. */
function hundredths(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) throw new Error(`no plain number: ${text}`);
  const [, sign = "", whole = "", fraction = ""] = match;
  const kept =
    BigInt(whole + fraction.padEnd(2, "0").slice(0, 2)) + (Number(fraction[2] ?? 0) >= 5 ? 1n : 0n);
  return sign ? -kept : kept;
}

const DECIMAL: SqlType = { base: "DECIMAL", precision: 6, scale: 2 };
const TYPES: Readonly<Record<string, SqlType>> = {
  INT: { base: "INTEGER" },
  BIGINT: { base: "BIGINT" },
  DOUBLE: { base: "DOUBLE" },
  "DECIMAL(6,2)": DECIMAL,
  STRING: { base: "STRING" },
  BOOLEAN: { base: "BOOLEAN" },
};
const typeName = fc.constantFrom(...Object.keys(TYPES));

/** Around the places where types end. */
const whole = fc.oneof(
  fc.bigInt({ min: -130n, max: 130n }),
  fc
    .tuple(fc.constantFrom(31, 53, 63, 64), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([bits, off, negative]) => (2n ** BigInt(bits) + off) * (negative ? -1n : 1n)),
);
const plain = fc
  .tuple(fc.boolean(), fc.nat(99_999), fc.stringMatching(/^\d{1,4}$/))
  .map(([negative, n, fraction]) => `${negative ? "-" : ""}${n}.${fraction}`);
const number = fc.oneof(whole.map(String), plain);
const text = fc.oneof(
  number,
  fc.constantFrom("", "ten", "true", "TRUE", "NaN", "1e3", " 7 ", "0x10", "2020-01-01"),
);

/** Is what came out what was given? */
function kept(type: string, given: string, out: Value): boolean {
  if (out === null) return false;
  const shown = valueText(out, TYPES[type] ?? DECIMAL);
  if (type === "STRING") return shown === given;
  if (type === "BOOLEAN") return String(out) === given.trim().toLowerCase();
  if (type === "DOUBLE") return out === Number(given);
  return exact(shown) === exact(given.trim());
}

let h: Awaited<ReturnType<typeof openHarness>>;
const FORMATS = ["JSON", "AVRO"] as const;
beforeAll(async () => {
  h = await openHarness();
  for (const format of FORMATS) {
    for (const [i, type] of Object.keys(TYPES).entries()) {
      await h.topics(`${format}${i}`);
      await h.ksql(
        `CREATE STREAM ${format}_${i} (K INT KEY, V ${type}) WITH (KAFKA_TOPIC='${format}${i}', VALUE_FORMAT='${format}');`,
      );
    }
  }
});
afterAll(() => h.close());

describe("INSERT INTO … VALUES", () => {
  const literal = fc.oneof(
    number.map((n) => [n, n] as const),
    text.map((t) => [`'${t}'`, t] as const),
    fc.boolean().map((b) => [String(b), String(b)] as const),
  );
  let next = 0;
  test("a value that is taken is read back as it was given", async () => {
    const insert = async (format: string, type: string, [sql, given]: readonly [string, string]) => {
      const stream = `${format}_${Object.keys(TYPES).indexOf(type)}`;
      const key = next++;
      try {
        await h.ksql(`INSERT INTO ${stream} (K, V) VALUES (${key}, ${sql});`);
      } catch {
        return;
      }
      const [, row] = await h.rows(`SELECT CAST(V AS STRING) FROM ${stream} WHERE K = ${key};`);
      const [shown] = JSON.parse(row ?? "[null]") as [string | null];
      if (type === "STRING" || type === "BOOLEAN") expect(shown).toBe(given);
      else if (type === "DOUBLE") expect(Number(shown)).toBe(Number(given));
      else expect(exact(shown ?? "")).toBe(exact(given.trim()));
    };
    await fc.assert(fc.asyncProperty(fc.constantFrom(...FORMATS), typeName, literal, insert), {
      numRuns: 300,
      seed: 1,
    });
  });
});

describe("a row of /inserts-stream", () => {
  const catalog = new Catalog();
  const columns = Object.keys(TYPES).map((type, i) => `V${i} ${type}`);
  applyCommand(
    catalog,
    {
      ...{ version: 1, id: "x", properties: {}, inferred: {} },
      statement: `CREATE STREAM S (${columns.join(", ")}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    },
    0,
  );
  const json = fc.oneof(
    number.map((n) => [n, n] as const),
    text.map((t) => [JSON.stringify(t), t] as const),
    fc.boolean().map((b) => [String(b), String(b)] as const),
  );
  test("is taken as it is, or refused; a DECIMAL rounds as ksqlDB's", () => {
    const insert = (type: string, [body, given]: readonly [string, string]): void => {
      const source = catalog.source("S");
      const at = Object.keys(TYPES).indexOf(type);
      if (!source) throw new Error("no source");
      let out: Value;
      try {
        out = rowOf(`{"V${at}":${body}}`, source).values[at] ?? null;
      } catch {
        return;
      }
      if (type === "DECIMAL(6,2)" && /^-?\d+\.\d+$/.test(given)) {
        expect(String(out).replace(".", "")).toBe(
          String(hundredths(given)).replace(
            /^(-?)(\d{1,2})$/,
            (_, s: string, d: string) => s + d.padStart(3, "0"),
          ),
        );
      } else expect(kept(type, given, out)).toBe(true);
    };
    fc.assert(fc.property(typeName, json, insert), { numRuns: 1000, seed: 1 });
  });
});

describe("a column of JSON on a topic", () => {
  /** Jackson's narrowing of numbers, by JLS 5.1.3. */
  function narrowed(given: string, bits: number): string {
    if (/^-?\d+$/.test(given)) return String(BigInt.asIntN(bits, BigInt(given)));
    return String(Math.trunc(Number(given)) + 0);
  }
  const json = fc.oneof(
    number.map((n) => [n, n] as const),
    text.map((t) => [JSON.stringify(t), t] as const),
  );
  const read = (type: string, [body, given]: readonly [string, string]): void => {
    const serde = jsonSerde([{ name: "V", type: TYPES[type] ?? DECIMAL }], true);
    let out: Value;
    try {
      out = serde.decode(Buffer.from(`{"V":${body}}`))[0] ?? null;
    } catch {
      return;
    }
    const isNumber = !body.startsWith('"');
    if (isNumber && type === "INT") expect(String(out)).toBe(narrowed(given, 32));
    else if (isNumber && type === "BIGINT") expect(String(out)).toBe(narrowed(given, 64));
    else if (given === "NaN") expect(out).toBe(type === "STRING" ? "NaN" : Number.NaN);
    else expect(kept(type, given, out)).toBe(true);
  };
  test("is read as it is, narrowed as Java does, or not at all", () => {
    fc.assert(fc.property(typeName, json, read), { numRuns: 1000, seed: 1 });
  });
});

describe("CAST of a text", () => {
  const cast = (type: string, given: string): void => {
    let out: Value;
    try {
      out = castConversion({ base: "STRING" }, TYPES[type] ?? DECIMAL)(given);
    } catch {
      return;
    }
    const bare = given.trim().toLowerCase();
    const spellsTrue = bare !== "" && ("true".startsWith(bare) || "yes".startsWith(bare));
    if (type === "BOOLEAN") expect(out).toBe(spellsTrue);
    else if (given === "NaN" && type === "DOUBLE") expect(out).toBeNaN();
    else if (type === "DECIMAL(6,2)" && /^-?\d+\.\d+$/.test(given)) {
      expect(BigInt(String(out).replace(".", ""))).toBe(hundredths(given));
    } else expect(kept(type, given, out)).toBe(true);
  };
  test("is the number that it spells, or NULL", () => {
    fc.assert(fc.property(typeName, text, cast), { numRuns: 1000, seed: 1 });
  });
});
