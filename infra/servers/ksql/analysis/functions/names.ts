/** Functions that ksqlDB declares in upper case, and those with a spelling of their own; all others are in lower case. */
const UPPER = new Set(
  "AS_VALUE COALESCE IFNULL NULLIF COUNT SUM MIN MAX LATEST_BY_OFFSET EARLIEST_BY_OFFSET".split(" "),
);
const OWN: Readonly<Record<string, string>> = {
  ABS: "Abs",
  CEIL: "Ceil",
  CHR: "Chr",
  FLOOR: "Floor",
  LPAD: "LPad",
  ROUND: "Round",
  RPAD: "RPad",
};

/** A function's name as ksqlDB's messages have it. */
export function shownName(name: string): string {
  return OWN[name] ?? (UPPER.has(name) ? name : name.toLowerCase());
}
