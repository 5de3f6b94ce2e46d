import type { TextStyle, TimeField } from "./pattern.ts";

const list = (words: string): readonly string[] => words.split(" ");

/** In English; the first is of the least value. */
const FULL: Readonly<Partial<Record<TimeField, readonly string[]>>> = {
  MONTH_OF_YEAR: list(
    "January February March April May June July August September October November December",
  ),
  DAY_OF_WEEK: list("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
  AMPM_OF_DAY: ["AM", "PM"],
  ERA: ["Before Christ", "Anno Domini"],
};
const SHORT: typeof FULL = { ERA: ["BC", "AD"] };
const LEAST: Readonly<Partial<Record<TimeField, number>>> = { MONTH_OF_YEAR: 1, DAY_OF_WEEK: 1 };

/** The names of a field's values in this style, as Java has them for English. */
function namesOf(field: TimeField, style: TextStyle): readonly string[] {
  const full = FULL[field] ?? [];
  if (style === "full") return full;
  if (style === "narrow") return full.map((name) => name.slice(0, 1));
  return SHORT[field] ?? full.map((name) => name.slice(0, 3));
}

export function nameOf(field: TimeField, style: TextStyle, value: number): string {
  return namesOf(field, style)[value - (LEAST[field] ?? 0)] ?? "";
}

/**
 * The value whose name stands at this place, in any case; the longest, where two fit.
 *
 * A full name's pattern takes the short one too: Java's parser without a locale knows no other.
 */
export function valueAt(
  text: string,
  at: number,
  field: TimeField,
  style: TextStyle,
): { readonly value: number; readonly end: number } | undefined {
  // One letter is of several values.
  if (style === "narrow" && field !== "AMPM_OF_DAY") return undefined;
  const lower = text.slice(at, at + 16).toLowerCase();
  const styles: readonly TextStyle[] = style === "full" ? ["full", "short"] : [style];
  for (const each of styles) {
    const index = namesOf(field, each).findIndex((name) => lower.startsWith(name.toLowerCase()));
    const length = namesOf(field, each)[index]?.length;
    if (length !== undefined) return { value: index + (LEAST[field] ?? 0), end: at + length };
  }
  return undefined;
}
