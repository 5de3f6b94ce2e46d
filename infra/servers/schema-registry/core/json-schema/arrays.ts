import { lower, upper } from "./bounds.ts";
import { all, at, type Difference, difference } from "./difference.ts";
import { type ArrayNode, type Node, resolvedNode } from "./node.ts";
import { rest, unevaluated } from "./objects.ts";

type Compare = (original: Node | undefined, update: Node | undefined) => readonly Difference[];

export function ofArrays(original: ArrayNode, update: ArrayNode, compare: Compare): readonly Difference[] {
  const places = Math.max(original.places.length, update.places.length);
  return all([
    at("items", compare(original.every, update.every)),
    ...Array.from({ length: places }, (_, i) => at(`items/${i}`, place(i, original, update, compare))),
    at("additionalItems", rest(original.additional, update.additional, "ADDITIONAL_ITEMS", compare)),
    at("unevaluatedItems", unevaluated(original.unevaluated, update.unevaluated, "ITEMS", compare)),
    upper("maxItems", original.maxItems, update.maxItems),
    lower("minItems", original.minItems, update.minItems),
    !original.unique && update.unique ? difference("UNIQUE_ITEMS_ADDED", "uniqueItems") : [],
    upper("maxContains", original.maxContains, update.maxContains),
    lower("minContains", original.minContains, update.minContains),
  ]);
}

function place(i: number, original: ArrayNode, update: ArrayNode, compare: Compare): readonly Difference[] {
  const [before, after] = [original.places[i], update.places[i]];
  if (before && after) return compare(before, after);
  if (before) {
    if (isOpen(update)) return [];
    const cover = coverOf(update);
    if (!cover) return before.kind === "nothing" ? [] : difference("ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL");
    const found = compare(before, cover);
    return found.length === 0
      ? []
      : all([found, difference("ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL")]);
  }
  if (!after) return [];
  if (isOpen(original)) {
    return resolvedNode(after).kind === "any" ? [] : difference("ITEM_ADDED_TO_OPEN_CONTENT_MODEL");
  }
  const cover = coverOf(original);
  const found = cover ? compare(cover, after) : [];
  return found.length === 0
    ? []
    : all([found, difference("ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL")]);
}

function isOpen({ additional, unevaluated: left }: ArrayNode): boolean {
  return additional === undefined && (left === undefined || left.kind === "any");
}

function coverOf({ additional, unevaluated: left }: ArrayNode): Node | undefined {
  if (additional) return additional.kind === "nothing" ? undefined : additional;
  return left && left.kind !== "nothing" && left.kind !== "any" ? left : undefined;
}
