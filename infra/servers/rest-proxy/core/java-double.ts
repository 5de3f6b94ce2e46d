/**
 * A double as Java's `Double.toString` prints it (JDK 19 and later: the shortest digits that read back the same, as
 * JavaScript's, in another dress): `1.0`, `1.0E10`, `1.0E-4`.
 */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"';
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === 0) return `${sign}0.0`;
  const [digits = "", exponentText = "0"] = size.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= -3 && exponent < 7) {
    const plain = String(size);
    return sign + (plain.includes(".") ? plain : `${plain}.0`);
  }
  return `${sign}${digits.includes(".") ? digits : `${digits}.0`}E${exponent}`;
}
