const UNITS = new Map([
  ["DAY", 86_400_000],
  ["HOUR", 3_600_000],
  ["MINUTE", 60_000],
  ["SECOND", 1000],
  ["MILLISECOND", 1],
]);

/** The milliseconds of `DAY` or `DAYS`, in upper case; undefined for other words. */
export function unitMs(word: string): number | undefined {
  return UNITS.get(word.replace(/S$/, ""));
}

/** `DAYS`: how ksqlDB prints a unit. */
export function unitName(ms: number): string {
  return [...UNITS].flatMap(([name, size]) => (size === ms ? `${name}S` : []))[0] ?? "";
}
