import { all, type Difference, difference } from "./difference.ts";
import type { EnumNode, NumberNode, StringNode } from "./node.ts";

/** A lower limit may go down or away. */
export function lower(
  name: string,
  original: number | undefined,
  update: number | undefined,
): readonly Difference[] {
  if (update === undefined || original === update) return [];
  if (original === undefined) return difference(`${kindOf(name)}_ADDED`, name);
  return original < update ? difference(`${kindOf(name)}_INCREASED`, name) : [];
}

/** An upper limit may go up or away. */
export function upper(
  name: string,
  original: number | undefined,
  update: number | undefined,
): readonly Difference[] {
  if (update === undefined || original === update) return [];
  if (original === undefined) return difference(`${kindOf(name)}_ADDED`, name);
  return original > update ? difference(`${kindOf(name)}_DECREASED`, name) : [];
}

export function ofStrings(original: StringNode, update: StringNode): readonly Difference[] {
  const pattern =
    update.pattern === undefined || original.pattern === update.pattern
      ? []
      : difference(original.pattern === undefined ? "PATTERN_ADDED" : "PATTERN_CHANGED", "pattern");
  return all([
    upper("maxLength", original.maxLength, update.maxLength),
    lower("minLength", original.minLength, update.minLength),
    pattern,
  ]);
}

export function ofNumbers(original: NumberNode, update: NumberNode): readonly Difference[] {
  return all([
    upper("maximum", original.maximum, update.maximum),
    lower("minimum", original.minimum, update.minimum),
    upper("exclusiveMaximum", original.exclusiveMaximum, update.exclusiveMaximum),
    lower("exclusiveMinimum", original.exclusiveMinimum, update.exclusiveMinimum),
    ofMultiples(original.multipleOf, update.multipleOf),
    update.integer && !original.integer ? difference("TYPE_NARROWED") : [],
  ]);
}

/** Every multiple of 6 is one of 3: from 6 to 3 is allowed. */
function ofMultiples(original: string | undefined, update: string | undefined): readonly Difference[] {
  if (update === undefined || original === update) return [];
  if (original === undefined) return difference("MULTIPLE_OF_ADDED", "multipleOf");
  const [before, after] = [scaled(original), scaled(update)];
  if (!before || !after) {
    return Number(original) === Number(update) ? [] : difference("MULTIPLE_OF_CHANGED", "multipleOf");
  }
  const scale = Math.max(before.scale, after.scale);
  const [a, b] = [before, after].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own));
  if (!a || !b || a % b === 0n) return [];
  return difference(b % a === 0n ? "MULTIPLE_OF_EXPANDED" : "MULTIPLE_OF_CHANGED", "multipleOf");
}

/** 0.25 as 25 and 2; undefined with an exponent, or longer than anyone writes. */
function scaled(text: string): { readonly digits: bigint; readonly scale: number } | undefined {
  if (text.length > 40 || !/^-?\d+(\.\d+)?$/.test(text)) return undefined;
  const [whole = "", fraction = ""] = text.split(".");
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

export function ofEnums(original: EnumNode, update: EnumNode): readonly Difference[] {
  const gone = [...original.values].some((value) => !update.values.has(value));
  if (!gone) return [];
  if (original.constant) return difference("ENUM_ARRAY_CHANGED", "const");
  const fewer = [...update.values].every((value) => original.values.has(value));
  return difference(fewer ? "ENUM_ARRAY_NARROWED" : "ENUM_ARRAY_CHANGED", "enum");
}

/** `maxLength` as MAX_LENGTH. */
function kindOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}
