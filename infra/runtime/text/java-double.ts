/**
 * A double as Java's `Double.toString` prints it (JDK 19 and later: the shortest digits that read back the same, as
 * JavaScript's, in another dress): `1.0`, `1.0E10`, `1.0E-4`, `NaN`, `-Infinity`.
 */
export function javaDouble(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === 0) return `${sign}0.0`;
  const plain = String(size);
  if (size >= 1e-3 && size < 1e7) return sign + (plain.includes(".") ? plain : `${plain}.0`);
  const [digits = "", exponent = "0"] = size.toExponential().split("e");
  return `${sign}${digits.includes(".") ? digits : `${digits}.0`}E${Number(exponent)}`;
}
