import { lower, upper } from "./bounds.ts";
import { all, at, type Difference, difference } from "./difference.ts";
import { type Node, type ObjectNode, resolvedNode } from "./node.ts";
import { re2OrUndefined } from "./pattern.ts";

type Compare = (original: Node | undefined, update: Node | undefined) => readonly Difference[];

export function ofObjects(original: ObjectNode, update: ObjectNode, compare: Compare): readonly Difference[] {
  const names = new Set([...original.properties.keys(), ...update.properties.keys()]);
  return all([
    required(original, update),
    ...[...names].map((name) => at(`properties/${name}`, property(name, original, update, compare))),
    dependencies(original, update, compare),
    at(
      "additionalProperties",
      rest(original.additional, update.additional, "ADDITIONAL_PROPERTIES", compare),
    ),
    at("unevaluatedProperties", unevaluated(original.unevaluated, update.unevaluated, "PROPERTIES", compare)),
    upper("maxProperties", original.maxProperties, update.maxProperties),
    lower("minProperties", original.minProperties, update.minProperties),
  ]);
}

function required(original: ObjectNode, update: ObjectNode): readonly Difference[] {
  return [...original.properties.keys()].flatMap((name) => {
    const kept = update.properties.get(name);
    const newlyRequired = update.required.has(name) && !original.required.has(name);
    return kept && newlyRequired && !kept.hasDefault
      ? difference("REQUIRED_ATTRIBUTE_ADDED", `required/${name}`)
      : [];
  });
}

function property(
  name: string,
  original: ObjectNode,
  update: ObjectNode,
  compare: Compare,
): readonly Difference[] {
  const [before, after] = [original.properties.get(name), update.properties.get(name)];
  if (before && after) return compare(before, after);
  if (before) return removed(name, before, update, compare);
  return after ? added(name, after, original, update, compare) : [];
}

/** Whether it may go depends on what the new schema says of properties it does not name. */
function removed(name: string, before: Node, update: ObjectNode, compare: Compare): readonly Difference[] {
  if (isOpen(update)) return [];
  const cover = coverOf(update, name);
  if (cover) {
    const found = compare(before, cover);
    if (found.length === 0) return [];
    return all([found, difference("PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL")]);
  }
  return before.kind === "nothing" ? [] : difference("PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL");
}

/** Old data may hold anything under its name, unless the old schema says otherwise. */
function added(
  name: string,
  after: Node,
  original: ObjectNode,
  update: ObjectNode,
  compare: Compare,
): readonly Difference[] {
  const wanted = update.required.has(name);
  if (isOpen(original)) {
    if (resolvedNode(after).kind === "any") return [];
    if (!wanted) return difference("OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL");
    return difference(
      after.hasDefault
        ? "REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL"
        : "REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
    );
  }
  const cover = coverOf(original, name);
  const found = cover ? compare(cover, after) : [];
  return all([
    found,
    found.length > 0 ? difference("PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL") : [],
    wanted && !after.hasDefault ? difference("REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL") : [],
  ]);
}

/** May it have properties that it does not name, of any kind? */
function isOpen({ additional, patterns, unevaluated: left }: ObjectNode): boolean {
  return additional === undefined && patterns.length === 0 && (left === undefined || left.kind === "any");
}

/** What it says of properties that it does not name; undefined: it has none such. */
function coverOf({ patterns, additional, unevaluated: left }: ObjectNode, name: string): Node | undefined {
  for (const [pattern, node] of patterns) if (re2OrUndefined(pattern)?.test(name)) return node;
  if (additional) return additional.kind === "nothing" ? undefined : additional;
  return left && left.kind !== "nothing" && left.kind !== "any" ? left : undefined;
}

/** What is said of the rest, `additionalProperties` or `additionalItems`; undefined: anything goes. */
export function rest(
  original: Node | undefined,
  update: Node | undefined,
  kind: string,
  compare: Compare,
): readonly Difference[] {
  if (original?.kind === "nothing") return [];
  if (update?.kind === "nothing") return difference(`${kind}_REMOVED`);
  if (!update) return [];
  return original ? compare(original, update) : difference(`${kind}_NARROWED`);
}

export function unevaluated(
  original: Node | undefined,
  update: Node | undefined,
  what: string,
  compare: Compare,
): readonly Difference[] {
  if (!update || original?.kind === "nothing") return [];
  if (update.kind === "nothing") return difference(`UNEVALUATED_${what}_REMOVED`);
  if (update.kind === "any") return [];
  if (!original || original.kind === "any") return difference(`UNEVALUATED_${what}_NARROWED`);
  return compare(original, update);
}

function dependencies(original: ObjectNode, update: ObjectNode, compare: Compare): readonly Difference[] {
  const lists = [...update.wants].flatMap(([name, wanted]) => {
    const before = original.wants.get(name);
    const path = `dependencies/${name}`;
    if (!before) return difference("DEPENDENCY_ARRAY_ADDED", path);
    if ([...wanted].every((each) => before.has(each))) return [];
    const more = [...before].every((each) => wanted.has(each));
    return difference(more ? "DEPENDENCY_ARRAY_EXTENDED" : "DEPENDENCY_ARRAY_CHANGED", path);
  });
  const schemas = [...update.follows].flatMap(([name, followed]) => {
    const before = original.follows.get(name);
    const path = `dependencies/${name}`;
    return before ? at(path, compare(before, followed)) : difference("DEPENDENCY_SCHEMA_ADDED", path);
  });
  return all([lists, schemas]);
}
