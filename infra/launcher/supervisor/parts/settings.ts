/**
 * Java's properties format: `key=value` lines in Latin 1, in which everything else and the backslash are escaped
 * (java.util.Properties.load).
 */
export function properties(settings: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${escaped(String(value))}\n`)
    .join("");
}

function escaped(value: string): string {
  // A blank in front would be taken for one before the value.
  return value.replace(/[^ -\x7e]|\\|^ /g, (unit) =>
    unit === "\\" || unit === " " ? `\\${unit}` : `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
