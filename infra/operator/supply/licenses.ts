import type { Component } from "./component.ts";

/** Licenses under which software of others may be used here: those that ask for no more than to be named, or for their own files' sources. */
const ALLOWED: ReadonlySet<string> = new Set([
  ...["0BSD", "Apache-2.0", "BlueOak-1.0.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "Zlib"],
  ...["CDDL-1.0", "EPL-2.0", "MPL-1.1", "MPL-2.0"],
  "GPL-2.0-only WITH Classpath-exception-2.0",
]);

/** May software under this license be used? Of an OR one side will do, of an AND both must. */
export function isAllowed(expression: string): boolean {
  const inner = expression.trim().replace(/^\((.*)\)$/, "$1");
  const either = inner.split(" OR ");
  if (either.length > 1) return either.some(isAllowed);
  const both = inner.split(" AND ");
  return both.length > 1 ? both.every(isAllowed) : ALLOWED.has(inner);
}

export interface LicenseProblem {
  readonly component: Component;
  readonly problem: string;
}

/** Components whose license is unknown or not allowed. Images hold very many, each with its own; they are not judged. */
export function licenseProblems(components: readonly Component[]): readonly LicenseProblem[] {
  return components.flatMap((component) => {
    if (component.kind === "image") return [];
    const { license } = component;
    if (license === undefined) return [{ component, problem: "names no license" }];
    return isAllowed(license) ? [] : [{ component, problem: `is under ${license}` }];
  });
}

/** How many components are under each license, the most frequent first. */
export function licenseCounts(components: readonly Component[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { license, kind } of components) {
    if (kind !== "image") counts.set(license ?? "none named", (counts.get(license ?? "none named") ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}
