import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BaseType, type SqlType, typeText } from "../sql/types.ts";
import { castConversion } from "./cast.ts";
import { Decimal } from "./decimal.ts";
import type { Value } from "./value.ts";

/**
 * CAST from every type to every other against a model of each conversion: Java's narrowing of numbers (JLS 5.1.3), BigDecimal's
 * HALF_UP, ISO 8601. The model works on the number's text or on `Date`; it shares nothing with the server.
 */

const type = (base: BaseType): SqlType => (base === "DECIMAL" ? { base, precision: 6, scale: 2 } : { base });
const BASES = [
  ...["BOOLEAN", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "STRING", "BYTES", "TIMESTAMP", "DATE", "TIME"],
] as readonly BaseType[];
const DAY = 86_400_000;

/** Refused: the record has no value there, which the log tells. */
const REFUSED = Symbol("refused");

/** Around the places where types end. */
const edge = (bits: readonly number[]) =>
  fc
    .tuple(fc.constantFrom(...bits), fc.bigInt({ min: -3n, max: 3n }), fc.boolean())
    .map(([n, off, negative]) => (negative ? -1n : 1n) * (2n ** BigInt(n) + off));
const bigint = fc.oneof(fc.bigInt({ min: -20_000n, max: 20_000n }), edge([31, 32, 53, 62]));
const decimal = fc
  .tuple(fc.bigInt({ min: -999_999n, max: 999_999n }), fc.constant(2))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale));
const double = fc.oneof(
  fc.double({ min: -20_000, max: 20_000, noNaN: true }),
  edge([31, 53, 63]).map(Number),
  fc.constantFrom(0, -0, 0.005, -0.005, 1.005, 99.995, Number.NaN, Number.POSITIVE_INFINITY, 1e300, 5e-324),
);

const VALUES: Readonly<Record<BaseType, fc.Arbitrary<Exclude<Value, null>>>> = {
  BOOLEAN: fc.boolean(),
  INTEGER: fc.oneof(fc.integer(), fc.integer({ min: -20_000, max: 20_000 })),
  BIGINT: bigint,
  DECIMAL: decimal,
  DOUBLE: double,
  STRING: fc.constantFrom("x"),
  BYTES: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
  // Years that ISO 8601 writes with four digits.
  TIMESTAMP: fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 11) }),
  DATE: fc.integer({ min: -700_000, max: 2_900_000 }),
  TIME: fc.oneof(
    fc.integer({ min: 0, max: DAY - 1 }),
    fc.nat(1439).map((minute) => minute * 60_000),
  ),
};

/** The text of a number without an exponent. */
function plain(value: number): string {
  const [mantissa = "", power = "0"] = String(value).split("e");
  const [whole = "", fraction = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(power);
  const digits = whole + fraction;
  const point = whole.length + shift;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = Math.max(1, point);
  return `${value < 0 ? "-" : ""}${padded.slice(0, at)}.${padded.slice(at) || "0"}`;
}

/** Two digits behind the point, halves away from zero; four in front of it at most. */
function toDecimal(text: string): string | symbol {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  const isHalf = Number(fraction[2] ?? 0) >= 5;
  const hundredths = BigInt(whole + fraction.padEnd(2, "0").slice(0, 2)) + (isHalf ? 1n : 0n);
  if (hundredths > 999_999n) return REFUSED;
  const shown = String(hundredths).padStart(3, "0");
  return `${hundredths === 0n ? "" : sign}${shown.slice(0, -2)}.${shown.slice(-2)}`;
}

/** Java's `(int)` and `(long)` of a double: towards zero, and no further than the type goes. */
function truncated(value: number, bits: number): bigint {
  const most = 2n ** BigInt(bits - 1);
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(most)) return most - 1n;
  return value <= -Number(most) ? -most : BigInt(Math.trunc(value));
}

const iso = (ms: number): string => new Date(ms).toISOString().replace("Z", "");

type Model = (value: never) => string | symbol;
/** What comes out, as text. A pair that is not here is no cast. */
const MODELS: Readonly<Record<string, Model>> = {
  "BOOLEAN STRING": (value: boolean) => (value ? "true" : "false"),
  "INTEGER BIGINT": (value: number) => String(value),
  "INTEGER DOUBLE": (value: number) => String(value),
  "INTEGER DECIMAL": (value: number) => toDecimal(String(value)),
  "INTEGER STRING": (value: number) => String(value),
  "BIGINT INTEGER": (value: bigint) => String(BigInt.asIntN(32, value)),
  "BIGINT DOUBLE": (value: bigint) => String(Number(value)),
  "BIGINT DECIMAL": (value: bigint) => toDecimal(String(value)),
  "BIGINT STRING": (value: bigint) => String(value),
  "DECIMAL INTEGER": (value: Decimal) => String(value.unscaled / 100n),
  "DECIMAL BIGINT": (value: Decimal) => String(value.unscaled / 100n),
  "DECIMAL DOUBLE": (value: Decimal) => String(Number(value.unscaled) / 100),
  "DECIMAL STRING": ({ unscaled }: Decimal) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(3, "0");
    return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  },
  "DOUBLE INTEGER": (value: number) => String(truncated(value, 32)),
  "DOUBLE BIGINT": (value: number) => String(truncated(value, 64)),
  "DOUBLE DECIMAL": (value: number) => (Number.isFinite(value) ? toDecimal(plain(value)) : REFUSED),
  "BYTES STRING": (value: Buffer) => Buffer.from(value).toString("base64"),
  "TIMESTAMP STRING": (value: number) => iso(value),
  "TIMESTAMP DATE": (value: number) => String(Date.parse(iso(value).slice(0, 10)) / DAY),
  "TIMESTAMP TIME": (value: number) => String(value - Date.parse(iso(value).slice(0, 10))),
  "DATE STRING": (value: number) => iso(value * DAY).slice(0, 10),
  "DATE TIMESTAMP": (value: number) => String(value * DAY),
  "TIME STRING": (value: number) => {
    const [clock = "", ms = ""] = iso(value).slice(11).split(".");
    return ms === "000" ? clock.replace(/:00$/, "") : `${clock}.${ms}`;
  },
};

/** From text everything is possible; the texts of each type, and some that are none. */
const TEXTS: Readonly<Record<string, fc.Arbitrary<readonly [given: string, out: string | symbol]>>> = {
  BYTES: VALUES.BYTES.map((value) => {
    const text = (value as Buffer).toString("base64");
    return [text, text] as const;
  }),
  TIMESTAMP: fc.oneof(
    VALUES.TIMESTAMP.map((value) => [iso(Number(value)), String(value)] as const),
    fc.constantFrom<readonly [string, string | symbol]>(
      ["2020-01-02", String(Date.UTC(2020, 0, 2))],
      ["2020-01-02T03:04:05+01:00", String(Date.UTC(2020, 0, 2, 2, 4, 5))],
      ["2020-02-30T00:00:00", String(Date.UTC(2020, 1, 29))],
      ["2020-01-02T24:00", String(Date.UTC(2020, 0, 3))],
      ["2020-01-02 03:04:05", REFUSED],
      ["2020-1-2", REFUSED],
      ["2020-01-02T03:04:05.1234", REFUSED],
      ["2020-01-02T03:04+19:00", REFUSED],
      ["2020-04-31T03:04:05.1Z", String(Date.UTC(2020, 3, 30, 3, 4, 5, 100))],
      ["2020-01-02T24:00:01", REFUSED],
      ["soon", REFUSED],
    ),
  ),
  DATE: fc.oneof(
    VALUES.DATE.map((value) => [iso(Number(value) * DAY).slice(0, 10), String(value)] as const),
    fc.constantFrom<readonly [string, string | symbol]>(
      ["2020-13-01", REFUSED],
      ["x", REFUSED],
      ["2020", String(Date.UTC(2020, 0, 1) / DAY)],
      ["2020-05", String(Date.UTC(2020, 4, 1) / DAY)],
      ["2020-05-06T00:00", REFUSED],
      ["2021-02-29", REFUSED],
    ),
  ),
  TIME: fc.oneof(
    VALUES.TIME.map((value) => [iso(Number(value)).slice(11), String(value)] as const),
    fc.constantFrom<readonly [string, string | symbol]>(
      ["24:00", REFUSED],
      ["7", REFUSED],
      ["7:00", REFUSED],
      ["07:00", String(7 * 3_600_000)],
      ["07:00:59.9999", String(7 * 3_600_000 + 59_999)],
      ["07:60", REFUSED],
    ),
  ),
};

const shown = (value: Value): string => (Buffer.isBuffer(value) ? value.toString("base64") : String(value));

function cast(from: BaseType, to: BaseType, value: Exclude<Value, null>): string | symbol {
  const convert = castConversion(type(from), type(to));
  try {
    return shown(convert(value));
  } catch {
    return REFUSED;
  }
}

describe("CAST", () => {
  const pairs = BASES.flatMap((from) => BASES.filter((to) => to !== from).map((to) => [from, to] as const));
  const modelled = pairs.filter(([from, to]) => `${from} ${to}` in MODELS);
  test.each(modelled)("%s to %s", (from, to) => {
    const model = MODELS[`${from} ${to}`] as (value: Value) => string | symbol;
    const check = (value: Exclude<Value, null>): void => {
      expect(cast(from, to, value)).toBe(model(value));
    };
    fc.assert(fc.property(VALUES[from], check), { numRuns: 300, seed: 1 });
  });

  test.each(Object.keys(TEXTS) as BaseType[])("STRING to %s", (to) => {
    const check = ([given, out]: readonly [string, string | symbol]): void => {
      expect(cast("STRING", to, given)).toBe(out);
    };
    fc.assert(fc.property(TEXTS[to] ?? fc.constant(["", ""] as const), check), { numRuns: 300, seed: 1 });
  });

  test("a text of a double is that double", () => {
    const check = (value: Exclude<Value, null>): void => {
      expect(Number(cast("DOUBLE", "STRING", value))).toBe(Number(value));
    };
    fc.assert(
      fc.property(
        VALUES.DOUBLE.filter((value) => Number.isFinite(value)),
        check,
      ),
      { seed: 1 },
    );
  });

  const others = pairs.filter(
    ([from, to]) =>
      from !== "STRING" && !(`${from} ${to}` in MODELS) && !(from === "DOUBLE" && to === "STRING"),
  );
  test.each(others)("%s to %s is refused by name", (from, to) => {
    expect(() => castConversion(type(from), type(to))).toThrow(
      `Cast of ${typeText(type(from))} to ${typeText(type(to))} is not supported`,
    );
  });

  test.each([
    [4, 1],
    [6, 2],
    [8, 4],
  ])("a DECIMAL to DECIMAL(%i, %i) rounds halves away from zero, or is refused", (precision, scale) => {
    const convert = castConversion(type("DECIMAL"), { base: "DECIMAL", precision, scale });
    const check = (value: Decimal): void => {
      const power = 10n ** BigInt(Math.abs(scale - 2));
      const size = value.unscaled < 0n ? -value.unscaled : value.unscaled;
      const scaled = scale >= 2 ? size * power : (size + power / 2n) / power;
      const fits = scaled < 10n ** BigInt(precision);
      if (!fits) {
        expect(() => convert(value)).toThrow("Numeric field overflow");
        return;
      }
      const out = convert(value) as Decimal;
      expect([out.unscaled, out.scale]).toEqual([value.unscaled < 0n ? -scaled : scaled, scale]);
    };
    fc.assert(fc.property(decimal, check), { numRuns: 300, seed: 1 });
  });
});
