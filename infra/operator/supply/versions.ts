import semver from "semver";
import type { Component } from "./component.ts";

/** Less than 0, 0 or more, as the ecosystem orders versions. */
export function compareVersions(kind: Component["kind"], a: string, b: string): number {
  if (kind === "npm" && semver.valid(a) && semver.valid(b)) return semver.compare(a, b);
  return compareMaven(a, b);
}

/** Maven's order of what stands behind the numbers; what it does not know comes after these, in the alphabet's order. */
const QUALIFIERS = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
const ALIASES: Readonly<Record<string, string>> = {
  ...{ a: "alpha", b: "beta", m: "milestone", cr: "rc" },
  ...{ ga: "", final: "", release: "" },
};

/** By Maven's `ComparableVersion`: numbers as numbers, `1.0` = `1`, `1-rc` < `1` < `1-sp` < `1.1`. */
export function compareMaven(a: string, b: string): number {
  const left = itemsOf(a);
  const right = itemsOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const order = compareItems(left[i] ?? "", right[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

type Item = number | string;

function itemsOf(version: string): readonly Item[] {
  const parts = version.toLowerCase().match(/\d+|[a-z]+/g) ?? [];
  const items = parts.map((part): Item => (/^\d/.test(part) ? Number(part) : (ALIASES[part] ?? part)));
  while (items.length > 0 && (items.at(-1) === 0 || items.at(-1) === "")) items.pop();
  return items;
}

function compareItems(a: Item, b: Item): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number") return b === "" && a === 0 ? 0 : 1;
  if (typeof b === "number") return a === "" && b === 0 ? 0 : -1;
  const [x, y] = [rankOf(a), rankOf(b)];
  return x === y ? (a < b ? -1 : a > b ? 1 : 0) : x - y;
}

function rankOf(qualifier: string): number {
  const rank = QUALIFIERS.indexOf(qualifier);
  return rank === -1 ? QUALIFIERS.length : rank;
}
