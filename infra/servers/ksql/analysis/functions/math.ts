import { BIGINT, DOUBLE, decimalType, INTEGER, type SqlType } from "../../sql/types.ts";
import { Decimal } from "../../values/decimal.ts";
import { longOf } from "../../values/java-number.ts";
import { compareValues, type Value } from "../../values/value.ts";
import type { FunctionTable, Overload } from "./define.ts";

const double = (apply: (x: number) => number): Overload => ({
  params: ["DOUBLE"],
  returns: DOUBLE,
  apply: ([x]) => apply(Number(x)),
});

type NonNull = Exclude<Value, null>;

/** For each type of number its own result of the same type. */
function sameType(
  whole: (x: bigint) => bigint,
  real: (x: number) => number,
  decimal: (x: Decimal) => Decimal,
): readonly Overload[] {
  const of = (type: SqlType, apply: (x: NonNull) => Value): Overload => ({
    params: [type.base],
    returns: ([t]) => t ?? type,
    apply: ([x]) => (x === null || x === undefined ? null : apply(x)),
  });
  return [
    of(INTEGER, (x) => Number(BigInt.asIntN(32, whole(BigInt(Number(x)))))),
    of(BIGINT, (x) => BigInt.asIntN(64, whole(x as bigint))),
    { ...of(decimalType(10, 0), (x) => decimal(x as Decimal)), params: ["DECIMAL"] },
    of(DOUBLE, (x) => real(Number(x))),
  ];
}

const keep = (x: bigint): bigint => x;

function towards(round: (quotient: bigint, remainder: bigint) => bigint): (x: Decimal) => Decimal {
  return (x) => {
    const unit = 10n ** BigInt(x.scale);
    return new Decimal(round(x.unscaled / unit, x.unscaled % unit) * unit, x.scale);
  };
}

/** @throws Error for NaN and infinity, which have no digits. */
function roundDouble(x: number, digits: number): number {
  const exact = Decimal.fromDouble(x);
  if (!exact) throw new Error(`not a number with digits: ${x}`);
  return exact.rounded(digits).toNumber();
}

/** The DECIMAL that holds all of them. */
function widest(types: readonly (SqlType | null)[]): SqlType {
  let whole = 0;
  let scale = 0;
  for (const type of types) {
    whole = Math.max(whole, (type?.precision ?? 0) - (type?.scale ?? 0));
    scale = Math.max(scale, type?.scale ?? 0);
  }
  return decimalType(Math.max(whole + scale, 1), scale);
}

function extreme(pick: (order: number) => boolean): readonly Overload[] {
  return (
    ["INTEGER", "BIGINT", "DOUBLE", "DECIMAL", "STRING", "BYTES", "DATE", "TIME", "TIMESTAMP"] as const
  ).map((base) => ({
    params: [base, base],
    variadic: true,
    exact: true,
    returns: base === "DECIMAL" ? widest : { base },
    nulls: true,
    apply: (args, types) => {
      let best: Value = null;
      for (const arg of args)
        if (arg !== null && (best === null || pick(compareValues(arg, best)))) best = arg;
      return best instanceof Decimal ? best.rescaled(widest(types).scale ?? 0) : best;
    },
  }));
}

export const MATH_FUNCTIONS: FunctionTable = {
  ABS: sameType(
    (x) => (x < 0n ? -x : x),
    Math.abs,
    (x) => new Decimal(x.unscaled < 0n ? -x.unscaled : x.unscaled, x.scale),
  ),
  CEIL: sameType(
    keep,
    Math.ceil,
    towards((q, r) => (r > 0n ? q + 1n : q)),
  ),
  FLOOR: sameType(
    keep,
    Math.floor,
    towards((q, r) => (r < 0n ? q - 1n : q)),
  ),
  ROUND: [
    { params: ["BIGINT"], returns: BIGINT, apply: ([x]) => x ?? null },
    {
      params: ["DECIMAL"],
      returns: ([t]) => decimalType((t?.precision ?? 1) - (t?.scale ?? 0), 0),
      apply: ([x]) => (x as Decimal).rounded(0),
    },
    {
      params: ["DOUBLE"],
      returns: BIGINT,
      apply: ([x]) => longOf(Math.round(Number(x))),
    },
    {
      params: ["DECIMAL", "INTEGER"],
      returns: ([t]) => t ?? DOUBLE,
      apply: ([x, digits]) => {
        const { scale } = x as Decimal;
        return (x as Decimal).rounded(Number(digits)).rescaled(scale);
      },
    },
    { params: ["DOUBLE", "INTEGER"], returns: DOUBLE, apply: ([x, d]) => roundDouble(Number(x), Number(d)) },
  ],
  SIGN: [{ params: ["DOUBLE"], returns: INTEGER, apply: ([x]) => Math.sign(Number(x)) }],
  SQRT: [double(Math.sqrt)],
  EXP: [double(Math.exp)],
  LN: [double(Math.log)],
  LOG: [
    double(Math.log),
    {
      params: ["DOUBLE", "DOUBLE"],
      returns: DOUBLE,
      // ksqlDB's `Log`: no logarithm has such a base.
      apply: ([base, x]) =>
        Number(base) <= 0 || Number(base) === 1 ? Number.NaN : Math.log(Number(x)) / Math.log(Number(base)),
    },
  ],
  POWER: [{ params: ["DOUBLE", "DOUBLE"], returns: DOUBLE, apply: ([x, y]) => Number(x) ** Number(y) }],
  PI: [{ params: [], returns: DOUBLE, apply: () => Math.PI }],
  GREATEST: extreme((order) => order > 0),
  LEAST: extreme((order) => order < 0),
};
