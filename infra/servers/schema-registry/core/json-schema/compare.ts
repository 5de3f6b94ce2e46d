import { ofArrays } from "./arrays.ts";
import { ofEnums, ofNumbers, ofStrings } from "./bounds.ts";
import { ofCombined } from "./combined.ts";
import { type Difference, difference } from "./difference.ts";
import { type CombinedNode, type Node, resolvedNode } from "./node.ts";
import { ofObjects } from "./objects.ts";
import { Pairs } from "./pairs.ts";

/**
 * Why a value that follows `original` may not follow `update`; empty: it always does, as far as Confluent's rules see
 * (JSON Schema compatibility, strict policy).
 *
 * @returns at most 100 differences.
 */
export function jsonDifferences(original: Node, update: Node): readonly Difference[] {
  const pairs = new Pairs();
  const compare = (before: Node | undefined, after: Node | undefined): readonly Difference[] => {
    if (!after) return [];
    if (!before) return difference("SCHEMA_ADDED");
    return pairs.once(resolvedNode(before), resolvedNode(after), (one, other) => ofAny(one, other, compare));
  };
  return pairs.settle(() => compare(original, update));
}

type Compare = (original: Node | undefined, update: Node | undefined) => readonly Difference[];

function ofAny(original: Node, update: Node, compare: Compare): readonly Difference[] {
  if (original.kind !== "combined" && update.kind === "combined") {
    if (fitsBranch(original, update, compare)) return [];
  } else if (original.kind === "combined" && update.kind !== "combined") {
    if (branchFits(original, update, compare)) return [];
  }
  switch (original.kind) {
    case "string":
      if (update.kind === "string") return ofStrings(original, update);
      break;
    case "number":
      if (update.kind === "number") return ofNumbers(original, update);
      break;
    case "enum":
      if (update.kind === "enum" && original.constant === update.constant) return ofEnums(original, update);
      break;
    case "combined":
      if (update.kind === "combined") return ofCombined(original, update, compare);
      break;
    case "not":
      // Who must not match more than before is refused more.
      if (update.kind === "not")
        return compare(update.inner, original.inner).length === 0
          ? []
          : difference("NOT_TYPE_EXTENDED", "not");
      break;
    case "object":
      if (update.kind === "object") return ofObjects(original, update, compare);
      break;
    case "array":
      if (update.kind === "array") return ofArrays(original, update, compare);
      break;
    default:
      break;
  }
  const alike = original.kind === update.kind && !["enum"].includes(original.kind);
  if (alike || original.kind === "nothing" || update.kind === "any") return [];
  if (original.connectType === "bytes" && update.connectType === "bytes") return [];
  return difference("TYPE_CHANGED");
}

/** A value may become one of several: any branch of a union, or the only branch of anything, will do. */
function fitsBranch(original: Node, { criterion, parts }: CombinedNode, compare: Compare): boolean {
  if (parts.length > 1 && criterion === "allOf") return false;
  return parts.some((part) => compare(original, part).length === 0);
}

/** What follows several at once follows the update if one of them does. */
function branchFits({ criterion, parts }: CombinedNode, update: Node, compare: Compare): boolean {
  if (parts.length > 1 && criterion !== "allOf") return false;
  return parts.some((part) => compare(part, update).length === 0);
}
