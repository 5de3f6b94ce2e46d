/** Digits, and size of an exponent, of a number in a text; no type of SQL holds more, and 10^10,000,000 takes a second. */
const MOST_DIGITS = 10_000;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A decimal number: `unscaled` / 10^`scale`, exact, as Java's BigDecimal. */
export class Decimal {
  readonly unscaled: bigint;
  readonly scale: number;

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** @returns undefined when `text` is no decimal number, or one beyond all types. Exponents are taken. */
  static parse(text: string): Decimal | undefined {
    const match = NUMBER.exec(text.trim());
    if (!match) return undefined;
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = match;
    if (whole === "" && fraction === "") return undefined;
    if (whole.length + fraction.length > MOST_DIGITS || Math.abs(Number(exponent)) > MOST_DIGITS)
      return undefined;
    const digits = BigInt(whole + fraction || "0");
    const value = new Decimal(sign === "-" ? -digits : digits, fraction.length - Number(exponent));
    return value.scale < 0 ? value.rescaled(0) : value;
  }

  /** The shortest decimal that reads back as this double. */
  static fromDouble(value: number): Decimal | undefined {
    return Decimal.parse(String(value));
  }

  /** This value with `scale` digits behind the point, rounded half away from zero (HALF_UP). */
  rescaled(scale: number): Decimal {
    if (scale === this.scale) return this;
    if (scale > this.scale) return new Decimal(this.unscaled * 10n ** BigInt(scale - this.scale), scale);
    return new Decimal(divideHalfUp(this.unscaled, 10n ** BigInt(this.scale - scale)), scale);
  }

  /**
   * This value rounded to `digits` behind the point; before it where they are negative. Ties go up: 2.5 becomes 3 and
   * -2.5 becomes -2, as by ksqlDB's ROUND.
   *
   * @returns at least the scale 0, never more than this one.
   */
  rounded(digits: number): Decimal {
    const dropped = this.scale - digits;
    if (dropped <= 0) return this;
    const scale = Math.max(digits, 0);
    // Half of the unit is more than the whole value.
    if (dropped > this.precision) return new Decimal(0n, scale);
    const unit = 10n ** BigInt(dropped);
    const units = floorDivide(2n * this.unscaled + unit, 2n * unit);
    return new Decimal(units * 10n ** BigInt(scale - digits), scale);
  }

  /** Digits in all, at least one. */
  get precision(): number {
    return String(this.unscaled < 0n ? -this.unscaled : this.unscaled).length;
  }

  toNumber(): number {
    return Number(this.toString());
  }

  /** Plain digits, never an exponent. */
  toString(): string {
    const digits = String(this.unscaled < 0n ? -this.unscaled : this.unscaled).padStart(this.scale + 1, "0");
    const sign = this.unscaled < 0n ? "-" : "";
    if (this.scale === 0) return sign + digits;
    return `${sign}${digits.slice(0, -this.scale)}.${digits.slice(-this.scale)}`;
  }
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const x = a.rescaled(scale).unscaled;
  const y = b.rescaled(scale).unscaled;
  return x < y ? -1 : x > y ? 1 : 0;
}

export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = (remainder < 0n ? -remainder : remainder) * 2n;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

function floorDivide(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor < 0n ? quotient - 1n : quotient;
}
