import { all, type Difference, difference } from "./difference.ts";
import type { CombinedNode, Node } from "./node.ts";

type Compare = (original: Node, update: Node) => readonly Difference[];

/** Every branch of the shorter side needs one of the other's that it fits, and each a different one. */
export function ofCombined(
  original: CombinedNode,
  update: CombinedNode,
  compare: Compare,
): readonly Difference[] {
  const [before, after] = [distinct(original.parts), distinct(update.parts)];
  if (!criterionMayChange(original, update)) return difference("COMBINED_TYPE_CHANGED");
  const fewer =
    before.length > after.length && original.criterion !== "allOf" ? difference("SUM_TYPE_NARROWED") : [];
  const more =
    before.length < after.length && update.criterion === "allOf" ? difference("PRODUCT_TYPE_EXTENDED") : [];
  const fits = before.map((one) => after.map((other) => compare(one, other).length === 0));
  const matched = matching(fits);
  const missing =
    matched < Math.min(before.length, after.length) ? difference("COMBINED_TYPE_SUBSCHEMAS_CHANGED") : [];
  return all([fewer, more, missing]);
}

function criterionMayChange(original: CombinedNode, update: CombinedNode): boolean {
  if (original.criterion === update.criterion || update.criterion === "anyOf") return true;
  const [one, other] = [original.parts.length === 1, update.parts.length === 1];
  return (one && other) || (one && update.criterion === "oneOf") || (other && original.criterion === "allOf");
}

/** Branches that say the same count once. */
function distinct(parts: readonly Node[]): readonly Node[] {
  const seen = new Set<string>();
  return parts.filter(({ text }) => {
    if (text === undefined) return true;
    const known = seen.has(text);
    seen.add(text);
    return !known;
  });
}

/** How many rows can each have a column of their own (augmenting paths). */
function matching(fits: readonly (readonly boolean[])[]): number {
  const rowOf = new Map<number, number>();
  const place = (row: number, tried: Set<number>): boolean => {
    for (const [column, fit] of (fits[row] ?? []).entries()) {
      if (!fit || tried.has(column)) continue;
      tried.add(column);
      const holder = rowOf.get(column);
      if (holder !== undefined && !place(holder, tried)) continue;
      rowOf.set(column, row);
      return true;
    }
    return false;
  };
  return fits.filter((_, row) => place(row, new Set())).length;
}
