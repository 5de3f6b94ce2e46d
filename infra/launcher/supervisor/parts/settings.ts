import { rmSync, writeFileSync } from "node:fs";

/** A file that may hold passwords: for this user only, also where an older one was not. */
export function writeOwnFile(file: string, text: string): void {
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode: 0o600 });
}

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
